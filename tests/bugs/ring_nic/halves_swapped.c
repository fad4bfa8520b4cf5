// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two halves of a descriptor's 64-bit address are written in the wrong order.
 * machine: [[device]]
 * machine: type = "ring_nic"
 * machine: reach = 0xffff_ffff_ffff_ffff
 * machine: [findings]
 * machine: dma-unmapped = "ignore"
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define NIC_CONTROL 0x04
#define NIC_TX_BASE_LOW 0x20
#define NIC_TX_BASE_HIGH 0x24
#define NIC_TX_SIZE 0x28
#define NIC_TX_TAIL 0x30
#define NIC_TX_PACKETS 0x60
#define WORDS 4
#define ENTRIES 2

struct wide_nic {
	void __iomem *regs;
	__le32 (*ring)[WORDS];
};

static void fill(__le32 *desc, dma_addr_t addr, unsigned int length)
{
#ifndef FIXED
	desc[0] = cpu_to_le32(upper_32_bits(addr));
	desc[1] = cpu_to_le32(lower_32_bits(addr));
#else
	desc[0] = cpu_to_le32(lower_32_bits(addr));
	desc[1] = cpu_to_le32(upper_32_bits(addr));
#endif
	desc[3] = cpu_to_le32(length);
	dma_wmb();
	desc[2] = cpu_to_le32(0x80000001);
}

static int wide_send(struct device *dev, struct wide_nic *nic, void *frame, unsigned int length)
{
	dma_addr_t dma = dma_map_single(dev, frame, length, DMA_TO_DEVICE);

	if (dma_mapping_error(dev, dma))
		return -EIO;
	fill(nic->ring[0], dma, length);
	writel(1, nic->regs + NIC_TX_TAIL); /* BUG: dma-unassigned */
	udelay(10);
	dev_info(dev, "%u sent\n", readl(nic->regs + NIC_TX_PACKETS));
	writel(0, nic->regs + NIC_CONTROL);
	dma_unmap_single(dev, dma, length, DMA_TO_DEVICE);
	return 0;
}

static int wide_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void *frame = devm_kzalloc(&pdev->dev, 128, GFP_KERNEL);
	struct wide_nic nic;
	dma_addr_t ring;
	int err = frame ? pcim_enable_device(pdev) : -ENOMEM;

	if (!err)
		err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (err)
		return err;
	nic.regs = pcim_iomap(pdev, 0, 0);
	nic.ring = dmam_alloc_coherent(&pdev->dev, ENTRIES * sizeof(*nic.ring), &ring, GFP_KERNEL);
	if (!nic.regs || !nic.ring)
		return -ENOMEM;
	pci_set_master(pdev);
	writel(lower_32_bits(ring), nic.regs + NIC_TX_BASE_LOW);
	writel(upper_32_bits(ring), nic.regs + NIC_TX_BASE_HIGH);
	writel(ENTRIES, nic.regs + NIC_TX_SIZE);
	writel(1, nic.regs + NIC_CONTROL);
	return wide_send(&pdev->dev, &nic, frame, 128);
}

static const struct pci_device_id wide_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver wide_driver = { .name = "halves_swapped", .id_table = wide_ids, .probe = wide_probe };
module_pci_driver(wide_driver);
MODULE_LICENSE("GPL");
