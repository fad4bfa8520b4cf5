// SPDX-License-Identifier: GPL-2.0-only
/*
 * The receive loop steps on to the next slot before it syncs, and syncs a slot that was never filled.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define REG_CONTROL 0x04
#define REG_TX 0x20
#define REG_RX 0x40
#define RING_SIZE 0x08
#define RING_TAIL 0x10
#define LOOPBACK 0x7
#define OWN 0x80000000
#define EOP 0x1
#define SLOTS 8
#define BYTES 256

struct slot {
	u64 addr;
	u32 status;
	u16 length, checksum;
};

struct loop_nic {
	struct device *dev;
	void __iomem *regs;
	struct slot *tx, *rx;
	u8 *buffer[SLOTS];
	dma_addr_t dma[SLOTS];
	unsigned int next;
};

static int slot_fill(struct loop_nic *nic, unsigned int i)
{
	nic->buffer[i] = devm_kzalloc(nic->dev, BYTES, GFP_KERNEL);
	if (!nic->buffer[i])
		return -ENOMEM;
	nic->dma[i] = dma_map_single(nic->dev, nic->buffer[i], BYTES, DMA_FROM_DEVICE);
	if (dma_mapping_error(nic->dev, nic->dma[i]))
		return -EIO;
	nic->rx[i] = (struct slot){ .addr = nic->dma[i], .length = BYTES };
	dma_wmb();
	nic->rx[i].status = OWN;
	writel(i + 1, nic->regs + REG_RX + RING_TAIL);
	return 0;
}

static u8 receive(struct loop_nic *nic)
{
	unsigned int i = nic->next;

	while (READ_ONCE(nic->rx[i].status) & OWN)
		udelay(1);
#ifndef FIXED
	i = nic->next = (i + 1) % SLOTS;
	dma_sync_single_for_cpu(nic->dev, nic->dma[i], BYTES, DMA_FROM_DEVICE); /* BUG: dma-sync-unknown */
	return 0;
#else
	nic->next = (i + 1) % SLOTS;
	dma_sync_single_for_cpu(nic->dev, nic->dma[i], BYTES, DMA_FROM_DEVICE);
	return nic->buffer[i][0];
#endif
}

static int loop_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct loop_nic nic = { .dev = &pdev->dev };
	dma_addr_t rings, frame;
	u8 *data;

	if (pcim_enable_device(pdev))
		return -ENODEV;
	nic.regs = pcim_iomap(pdev, 0, 0);
	nic.tx = dmam_alloc_coherent(&pdev->dev, 2 * SLOTS * sizeof(struct slot), &rings, GFP_KERNEL);
	data = dmam_alloc_coherent(&pdev->dev, BYTES, &frame, GFP_KERNEL);
	if (!nic.regs || !nic.tx || !data)
		return -ENOMEM;
	memset(data, 7, BYTES);
	nic.rx = nic.tx + SLOTS;
	pci_set_master(pdev);
	writel(rings, nic.regs + REG_TX);
	writel(rings + SLOTS * sizeof(struct slot), nic.regs + REG_RX);
	writel(SLOTS, nic.regs + REG_TX + RING_SIZE);
	writel(SLOTS, nic.regs + REG_RX + RING_SIZE);
	writel(LOOPBACK, nic.regs + REG_CONTROL);
	if (slot_fill(&nic, 0))
		return -ENOMEM;
	nic.tx[0] = (struct slot){ .addr = frame, .length = BYTES };
	dma_wmb();
	nic.tx[0].status = OWN | EOP;
	writel(1, nic.regs + REG_TX + RING_TAIL);
	dev_info(&pdev->dev, "received %d\n", receive(&nic));
	writel(0, nic.regs + REG_CONTROL);
	dma_unmap_single(&pdev->dev, nic.dma[0], BYTES, DMA_FROM_DEVICE);
	return 0;
}

static const struct pci_device_id loop_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver loop_driver = { .name = "next_slot", .id_table = loop_ids, .probe = loop_probe };
module_pci_driver(loop_driver);
MODULE_LICENSE("GPL");
