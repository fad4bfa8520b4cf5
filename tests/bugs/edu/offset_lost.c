// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device takes the offset in its page from the address, and the driver says so; the bounce buffers of 2.6.24 know
 * nothing of that. Only what begins a page keeps its offset.
 * machine: command_line = "swiotlb=512,force"
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/pci.h>

#define HEADER 512
#define BLOCK 1024

static void nvm_move(struct pci_dev *pdev, u64 from, u64 to, u32 bytes, bool to_memory)
{
	void __iomem *regs = pcim_iomap_table(pdev)[0];

	writeq(from, regs + 0x80);
	writeq(to, regs + 0x88);
	writeq(bytes, regs + 0x90);
	writeq(to_memory ? 3 : 1, regs + 0x98);
	while (readq(regs + 0x98) & 1)
		msleep(10);
}
static int nvm_start(struct pci_dev *pdev)
{
	int err = pcim_enable_device(pdev);

	if (!err)
		err = pcim_iomap_regions(pdev, BIT(0), "nvm");
	if (!err)
		err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(28));
	pci_set_master(pdev);
	return err;
}
/* A block stands behind its header, in one page. */
static int nvm_write(struct pci_dev *pdev, void *page)
{
#ifndef FIXED
	void *block = page + HEADER;
#else
	void *block = page;
#endif
	dma_addr_t addr = dma_map_single(&pdev->dev, block, BLOCK, DMA_TO_DEVICE); /* BUG: dma-bounce-offset */

	if (dma_mapping_error(&pdev->dev, addr))
		return -EIO;
	nvm_move(pdev, addr, 0x40000, BLOCK, false);
	dma_unmap_single(&pdev->dev, addr, BLOCK, DMA_TO_DEVICE);
	return 0;
}

static int nvm_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	unsigned long page = get_zeroed_page(GFP_KERNEL);
	int err = page ? nvm_start(pdev) : -ENOMEM;

	if (!err)
		err = dma_set_min_align_mask(&pdev->dev, PAGE_SIZE - 1);
	if (!err)
		err = nvm_write(pdev, (void *)page);
	free_page(page);
	return err;
}

static void nvm_remove(struct pci_dev *pdev)
{
}

static const struct pci_device_id nvm_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver nvm_driver = {
	.name = "nvm",
	.id_table = nvm_ids,
	.probe = nvm_probe,
	.remove = nvm_remove,
};
module_pci_driver(nvm_driver);
MODULE_LICENSE("GPL");
