// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mailbox is allocated and freed again for each command, when the frames have taken all memory that devices reach. It
 * comes from the bounce buffers then, and 2.6.24 frees pages that never were the allocator's.
 * machine: command_line = "iommu=soft,force swiotlb=512"
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define MAILBOX 64

struct viewer {
	struct list_head frames;
	u32 *mailbox;
	dma_addr_t addr;
};
static int viewer_start(struct pci_dev *pdev)
{
	int err = pcim_enable_device(pdev);

	if (!err)
		err = pcim_iomap_regions(pdev, BIT(0), "viewer");
	if (!err)
		err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(28));
	pci_set_master(pdev);
	return err;
}
/* Frames are kept where any device can reach them: as many as there are. */
static unsigned int viewer_reserve(struct list_head *frames)
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

static void viewer_release(struct list_head *frames)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, frames, lru) {
		unsigned int order = page_private(page);

		list_del(&page->lru);
		set_page_private(page, 0);
		__free_pages(page, order);
	}
}

static int viewer_command(struct device *dev, struct viewer *viewer, u32 command)
{
#ifndef FIXED
	viewer->mailbox = dma_alloc_coherent(dev, MAILBOX, &viewer->addr, GFP_KERNEL);
	if (!viewer->mailbox)
		return -ENOMEM;
#endif
	viewer->mailbox[0] = command;
#ifndef FIXED
	dma_free_coherent(dev, MAILBOX, viewer->mailbox, viewer->addr); /* BUG: dma-free-coherent-bounce */
#endif
	return 0;
}

static int viewer_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct viewer *viewer = devm_kzalloc(&pdev->dev, sizeof(*viewer), GFP_KERNEL);
	int err = viewer ? viewer_start(pdev) : -ENOMEM;

	if (err)
		return err;
	INIT_LIST_HEAD(&viewer->frames);
#ifdef FIXED
	viewer->mailbox = dmam_alloc_coherent(&pdev->dev, MAILBOX, &viewer->addr, GFP_KERNEL);
	if (!viewer->mailbox)
		return -ENOMEM;
#endif
	viewer_reserve(&viewer->frames);
	err = viewer_command(&pdev->dev, viewer, 0x10);
	viewer_release(&viewer->frames);
	return err;
}

static void viewer_remove(struct pci_dev *pdev)
{
}

static const struct pci_device_id viewer_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver viewer_driver = {
	.name = "viewer",
	.id_table = viewer_ids,
	.probe = viewer_probe,
	.remove = viewer_remove,
};
module_pci_driver(viewer_driver);
MODULE_LICENSE("GPL");
