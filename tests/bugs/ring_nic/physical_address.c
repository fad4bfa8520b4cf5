// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ring's base register gets the memory's physical address, which an IOMMU does not let through.
 * machine: iommu.enabled = true
 * machine: findings.dma-unmapped = "ignore"
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define CONTROL 0x04
#define TX_BASE 0x20
#define TX_SIZE 0x28
#define TX_TAIL 0x30
#define OWN_EOP 0x80000001
#define ENTRIES 256
#define RING_BYTES (ENTRIES * 16)
#define FRAME 64

struct mapped_ring {
	u64 (*entries)[2];
	dma_addr_t dma;
};

static int ring_setup(struct device *dev, struct mapped_ring *ring)
{
	dma_addr_t frame;

	if (!dmam_alloc_coherent(dev, FRAME, &frame, GFP_KERNEL))
		return -ENOMEM;
	ring->entries = (void *)get_zeroed_page(GFP_KERNEL);
	if (!ring->entries)
		return -ENOMEM;
	ring->entries[0][0] = frame;
	ring->entries[0][1] = OWN_EOP | (u64)FRAME << 32;
	ring->dma = dma_map_single(dev, ring->entries, RING_BYTES, DMA_BIDIRECTIONAL);
	if (!dma_mapping_error(dev, ring->dma))
		return 0;
	free_page((unsigned long)ring->entries);
	return -EIO;
}

static void ring_start(void __iomem *regs, struct mapped_ring *ring)
{
	writel(ENTRIES, regs + TX_SIZE);
	writel(0x1, regs + CONTROL);
#ifndef FIXED
	writel(virt_to_phys(ring->entries), regs + TX_BASE);
#else
	writel(ring->dma, regs + TX_BASE);
#endif
	writel(1, regs + TX_TAIL); /* BUG: iommu-fault */
	udelay(20);
	writel(0x80000000, regs + CONTROL);
}

static int ring_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct mapped_ring ring;
	void __iomem *regs;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	err = regs ? ring_setup(&pdev->dev, &ring) : -EIO;
	if (err)
		return err;
	pci_set_master(pdev);
	ring_start(regs, &ring);
	dma_unmap_single(&pdev->dev, ring.dma, RING_BYTES, DMA_BIDIRECTIONAL);
	free_page((unsigned long)ring.entries);
	return 0;
}

static const struct pci_device_id ring_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver ring_driver = { .name = "physical_address", .id_table = ring_ids, .probe = ring_probe };
module_pci_driver(ring_driver);
MODULE_LICENSE("GPL");
