// SPDX-License-Identifier: GPL-2.0-only
/*
 * remove() unmaps the receive buffer first and stops the card last, while a frame is on its way.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define NIC_CONTROL 0x04
#define NIC_STATUS 0x08
#define NIC_TX 0x20
#define NIC_RX 0x40
#define RING_BASE 0x00
#define RING_SIZE 0x08
#define RING_TAIL 0x10
#define LOOPBACK 0x7
#define OWN 0x80000000
#define EOP 0x1
#define LOCAL_BYTES 1024

struct descriptor {
	__le64 addr;
	__le32 status;
	__le16 length;
	__le16 checksum;
};

struct early_nic {
	void __iomem *regs;
	struct descriptor *tx, *rx;
	void *buffer;
	dma_addr_t rings, buffer_dma;
};

static void hand_over(struct descriptor *descriptor, dma_addr_t addr, u32 flags)
{
	descriptor->addr = cpu_to_le64(addr);
	descriptor->length = cpu_to_le16(LOCAL_BYTES);
	dma_wmb();
	descriptor->status = cpu_to_le32(OWN | flags);
}

static void stop(struct early_nic *nic)
{
	writel(0, nic->regs + NIC_CONTROL);
	readl(nic->regs + NIC_STATUS);
}

/* Say goodbye to the other side, and go. */
static void early_remove(struct pci_dev *pdev)
{
	struct early_nic *nic = pci_get_drvdata(pdev);

	hand_over(&nic->tx[0], nic->rings + PAGE_SIZE, EOP);
	writel(1, nic->regs + NIC_TX + RING_TAIL);
#ifndef FIXED
	dma_unmap_single(&pdev->dev, nic->buffer_dma, LOCAL_BYTES, DMA_FROM_DEVICE); /* BUG: dma-after-unmap */
	udelay(100);
	stop(nic);
#else
	udelay(100);
	stop(nic);
	dma_unmap_single(&pdev->dev, nic->buffer_dma, LOCAL_BYTES, DMA_FROM_DEVICE);
#endif
	kfree(nic->buffer);
}

static int early_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct early_nic *nic = devm_kzalloc(&pdev->dev, sizeof(*nic), GFP_KERNEL);

	if (!nic || pcim_enable_device(pdev))
		return -ENODEV;
	pci_set_drvdata(pdev, nic);
	nic->regs = pcim_iomap(pdev, 0, 0);
	nic->tx = dmam_alloc_coherent(&pdev->dev, 2 * PAGE_SIZE, &nic->rings, GFP_KERNEL);
	if (!nic->regs || !nic->tx)
		return -ENOMEM;
	nic->rx = nic->tx + 4;
	nic->buffer = kmalloc(LOCAL_BYTES, GFP_KERNEL);
	if (!nic->buffer)
		return -ENOMEM;
	nic->buffer_dma = dma_map_single(&pdev->dev, nic->buffer, LOCAL_BYTES, DMA_FROM_DEVICE);
	if (dma_mapping_error(&pdev->dev, nic->buffer_dma)) {
		kfree(nic->buffer);
		return -EIO;
	}
	pci_set_master(pdev);
	writel(nic->rings, nic->regs + NIC_TX + RING_BASE);
	writel(4, nic->regs + NIC_TX + RING_SIZE);
	writel(nic->rings + 4 * sizeof(*nic->rx), nic->regs + NIC_RX + RING_BASE);
	writel(4, nic->regs + NIC_RX + RING_SIZE);
	writel(LOOPBACK, nic->regs + NIC_CONTROL);
	hand_over(&nic->rx[0], nic->buffer_dma, 0);
	writel(1, nic->regs + NIC_RX + RING_TAIL);
	return 0;
}

static const struct pci_device_id early_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver early_driver = {
	.name = "down_too_early", .id_table = early_ids, .probe = early_probe, .remove = early_remove,
};
module_pci_driver(early_driver);
MODULE_LICENSE("GPL");
