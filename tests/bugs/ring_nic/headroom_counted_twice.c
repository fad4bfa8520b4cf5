// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sync of a received frame begins behind the headroom, and is as long as headroom and frame together.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define CONTROL 0x04
#define RX_BASE 0x40
#define RX_SIZE 0x48
#define RX_TAIL 0x50
#define OWN 0x80000000
#define HEADROOM 64
#define FRAME 448
#define BUFFER (HEADROOM + FRAME)

struct rx_desc {
	__le64 addr;
	__le32 status;
	__le16 length, checksum;
};

struct rx_nic {
	struct device *dev;
	void __iomem *regs;
	struct rx_desc *ring;
	u8 *buffer;
	dma_addr_t dma;
};

static void rx_post(struct rx_nic *nic)
{
	nic->ring[0].addr = cpu_to_le64(nic->dma + HEADROOM);
	nic->ring[0].length = cpu_to_le16(FRAME);
	dma_wmb();
	nic->ring[0].status = cpu_to_le32(OWN);
	writel(1, nic->regs + RX_TAIL);
}

/* Look at the first bytes of what is there, be it a frame or nothing yet. */
static int rx_peek(struct rx_nic *nic)
{
	int byte;

	writel(0, nic->regs + CONTROL);
	readl(nic->regs + CONTROL);
#ifndef FIXED
	dma_sync_single_range_for_cpu(nic->dev, nic->dma, HEADROOM, BUFFER, DMA_FROM_DEVICE); /* BUG: dma-sync-range */
#else
	dma_sync_single_range_for_cpu(nic->dev, nic->dma, HEADROOM, FRAME, DMA_FROM_DEVICE);
#endif
	byte = nic->buffer[HEADROOM];
	dma_sync_single_range_for_device(nic->dev, nic->dma, HEADROOM, FRAME, DMA_FROM_DEVICE);
	return byte;
}

static int rx_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct rx_nic nic = { .dev = &pdev->dev };
	dma_addr_t ring;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	nic.regs = pcim_iomap(pdev, 0, 0);
	nic.ring = dmam_alloc_coherent(&pdev->dev, 2 * sizeof(*nic.ring), &ring, GFP_KERNEL);
	nic.buffer = devm_kzalloc(&pdev->dev, BUFFER, GFP_KERNEL);
	if (!nic.regs || !nic.ring || !nic.buffer)
		return -ENOMEM;
	nic.dma = dma_map_single(&pdev->dev, nic.buffer, BUFFER, DMA_FROM_DEVICE);
	if (dma_mapping_error(&pdev->dev, nic.dma))
		return -EIO;
	pci_set_master(pdev);
	writel(ring, nic.regs + RX_BASE);
	writel(2, nic.regs + RX_SIZE);
	writel(0x2, nic.regs + CONTROL);
	rx_post(&nic);
	usleep_range(10, 20);
	dev_info(&pdev->dev, "first byte %d\n", rx_peek(&nic));
	dma_unmap_single(&pdev->dev, nic.dma, BUFFER, DMA_FROM_DEVICE);
	return 0;
}

static const struct pci_device_id rx_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver rx_driver = { .name = "headroom_counted_twice", .id_table = rx_ids, .probe = rx_probe };
module_pci_driver(rx_driver);
MODULE_LICENSE("GPL");
