// SPDX-License-Identifier: GPL-2.0-only
/*
 * The card drives 24 address lines, and the driver asks for the 32 bits that its successor has.
 * machine: [[device]]
 * machine: type = "ring_nic"
 * machine: reach = 0xff_ffff
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define NIC_CONTROL 0x04
#define NIC_TX_BASE 0x20
#define NIC_TX_SIZE 0x28
#define NIC_TX_TAIL 0x30
#define RING_BYTES 64
#define FRAME 256
#ifndef FIXED
#define CARD_BITS 32
#define CARD_GFP GFP_KERNEL
#else
#define CARD_BITS 24
#define CARD_GFP (GFP_KERNEL | GFP_DMA)
#endif

struct old_nic {
	void __iomem *regs;
	__le32 (*ring)[4];
};

static int frame_send(struct device *dev, struct old_nic *nic)
{
	void *frame = kzalloc(FRAME, CARD_GFP); /* BUG: dma-beyond-reach */
	dma_addr_t dma;

	if (!frame)
		return -ENOMEM;
	dma = dma_map_single(dev, frame, FRAME, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, dma)) {
		kfree(frame);
		return -EIO;
	}
	nic->ring[0][0] = cpu_to_le32(dma);
	nic->ring[0][3] = cpu_to_le32(FRAME);
	dma_wmb();
	nic->ring[0][2] = cpu_to_le32(0x80000001);
	writel(1, nic->regs + NIC_TX_TAIL);
	udelay(20);
	writel(0, nic->regs + NIC_CONTROL);
	dma_unmap_single(dev, dma, FRAME, DMA_TO_DEVICE);
	kfree(frame);
	return 0;
}

static int old_nic_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct old_nic nic;
	dma_addr_t ring;
	int err = pcim_enable_device(pdev);

	if (!err)
		err = dma_set_mask(&pdev->dev, DMA_BIT_MASK(CARD_BITS));
	if (!err)
		err = dma_set_coherent_mask(&pdev->dev, DMA_BIT_MASK(24));
	if (err)
		return err;
	nic.regs = pcim_iomap(pdev, 0, 0);
	nic.ring = dmam_alloc_coherent(&pdev->dev, RING_BYTES, &ring, GFP_KERNEL);
	if (!nic.regs || !nic.ring)
		return -ENOMEM;
	memset(nic.ring, 0, RING_BYTES);
	pci_set_master(pdev);
	writel(ring, nic.regs + NIC_TX_BASE);
	writel(RING_BYTES / sizeof(*nic.ring), nic.regs + NIC_TX_SIZE);
	writel(1, nic.regs + NIC_CONTROL);
	return frame_send(&pdev->dev, &nic);
}

static const struct pci_device_id old_nic_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver old_nic = { .name = "successors_mask", .id_table = old_nic_ids, .probe = old_nic_probe };
module_pci_driver(old_nic);
MODULE_LICENSE("GPL");
