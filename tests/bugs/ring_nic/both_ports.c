// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two cards form a bond; a frame for the second is mapped for the first, whose private data is at hand.
 * machine: [[device]]
 * machine: type = "ring_nic"
 * machine: slot = 5
 * machine: [[device]]
 * machine: type = "ring_nic"
 * machine: slot = 6
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define CONTROL 0x04
#define TX_BASE 0x20
#define TX_SIZE 0x28
#define TX_TAIL 0x30
#define EOP 0x1
#define OWN 0x80000000
#define FRAME 128

struct tx_desc {
	u64 addr;
	u32 status;
	u16 length, checksum;
};

struct port {
	struct pci_dev *pdev;
	void __iomem *regs;
	struct tx_desc *ring;
	dma_addr_t ring_dma;
};

static struct port bond[2];
static int ports;

/* Send through the port that is up last, as a bond does after a failover. */
static int bond_xmit(void *frame)
{
	struct port *active = &bond[1];
	dma_addr_t dma;

#ifndef FIXED
	dma = dma_map_single(&bond[0].pdev->dev, frame, FRAME, DMA_TO_DEVICE); /* BUG: dma-other-device */
	if (dma_mapping_error(&bond[0].pdev->dev, dma))
		return -ENOMEM;
#else
	dma = dma_map_single(&active->pdev->dev, frame, FRAME, DMA_TO_DEVICE);
	if (dma_mapping_error(&active->pdev->dev, dma))
		return -ENOMEM;
#endif
	active->ring[0] = (struct tx_desc){ .addr = dma, .length = FRAME };
	dma_wmb();
	active->ring[0].status = OWN | EOP;
	writel(1, active->regs + TX_TAIL);
	udelay(10);
	writel(0, active->regs + CONTROL);
#ifndef FIXED
	dma_unmap_single(&bond[0].pdev->dev, dma, FRAME, DMA_TO_DEVICE);
#else
	dma_unmap_single(&active->pdev->dev, dma, FRAME, DMA_TO_DEVICE);
#endif
	return 0;
}

static int port_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct port *port = &bond[ports];
	void *frame;
	int err = pcim_enable_device(pdev);

	if (err || ports == ARRAY_SIZE(bond))
		return err ? err : -EBUSY;
	port->pdev = pdev;
	port->regs = pcim_iomap(pdev, 0, 0);
	port->ring = dmam_alloc_coherent(&pdev->dev, 8 * sizeof(*port->ring), &port->ring_dma, GFP_KERNEL);
	if (!port->regs || !port->ring)
		return -ENOMEM;
	pci_set_master(pdev);
	writel(port->ring_dma, port->regs + TX_BASE);
	writel(8, port->regs + TX_SIZE);
	writel(1, port->regs + CONTROL);
	if (++ports < ARRAY_SIZE(bond))
		return 0;
	frame = kzalloc(FRAME, GFP_KERNEL);
	err = frame ? bond_xmit(frame) : -ENOMEM;
	kfree(frame);
	return err;
}

static const struct pci_device_id port_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver port_driver = { .name = "both_ports", .id_table = port_ids, .probe = port_probe };
module_pci_driver(port_driver);
MODULE_LICENSE("GPL");
