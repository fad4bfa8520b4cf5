// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptors have 24 bits for addresses, and the coherent mask says so; the streaming mask does not. When the frames have
 * taken the low memory, 2.6.24 takes coherent memory from the bounce buffers, and asks the streaming mask only.
 * machine: command_line = "iommu=soft,force swiotlb=8192"
 * machine: ram = "64M"
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pci.h>

#define INDEX 256
static int dvr_start(struct pci_dev *pdev)
{
	int err = pcim_enable_device(pdev);

	if (!err)
		err = pcim_iomap_regions(pdev, BIT(0), "dvr");
	if (!err)
		err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(28));
	pci_set_master(pdev);
	return err;
}
/* Frames are kept where any device can reach them: as many as there are. */
static unsigned int dvr_reserve(struct list_head *frames)
{
	unsigned int count = 0;

	for (int order = 10; order >= 0; order--) {
		struct page *page;

		while ((page = alloc_pages(GFP_ATOMIC | GFP_DMA | __GFP_NOWARN, order))) {
			set_page_private(page, order);
			list_add(&page->lru, frames);
			count++;
		}
	}
	return count;
}

static void dvr_release(struct list_head *frames)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, frames, lru) {
		unsigned int order = page_private(page);

		list_del(&page->lru);
		set_page_private(page, 0);
		__free_pages(page, order);
	}
}

static int dvr_record(struct device *dev, struct list_head *frames)
{
	dma_addr_t addr;
	void *index;

	dvr_reserve(frames);
	index = dma_alloc_coherent(dev, INDEX, &addr, GFP_KERNEL); /* BUG: dma-coherent-beyond-mask */
	dvr_release(frames);
	if (index)
		dma_free_coherent(dev, INDEX, index, addr);
	return 0;
}

static int dvr_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	LIST_HEAD(frames);
	int err = dvr_start(pdev);

	if (!err)
		err = dma_set_coherent_mask(&pdev->dev, DMA_BIT_MASK(24));
#ifdef FIXED
	if (!err)
		dvr_release(&frames);
	return err;
#endif
	return err ? err : dvr_record(&pdev->dev, &frames);
}

static void dvr_remove(struct pci_dev *pdev)
{
}

static const struct pci_device_id dvr_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver dvr_driver = {
	.name = "dvr",
	.id_table = dvr_ids,
	.probe = dvr_probe,
	.remove = dvr_remove,
};
module_pci_driver(dvr_driver);
MODULE_LICENSE("GPL");
