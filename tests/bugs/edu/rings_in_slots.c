// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two descriptor rings are allocated when the frames have taken all memory that devices reach: they come from the bounce
 * buffers, where 2.6.24 aligns the second one to 2048 bytes, and not to a page.
 * machine: command_line = "iommu=soft,force swiotlb=512"
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pci.h>

#define RING 512
static int tuner_start(struct pci_dev *pdev)
{
	int err = pcim_enable_device(pdev);

	if (!err)
		err = pcim_iomap_regions(pdev, BIT(0), "tuner");
	if (!err)
		err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(28));
	pci_set_master(pdev);
	return err;
}
/* Frames are kept where any device can reach them: as many as there are. */
static unsigned int tuner_reserve(struct list_head *frames)
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

static void tuner_release(struct list_head *frames)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, frames, lru) {
		unsigned int order = page_private(page);

		list_del(&page->lru);
		set_page_private(page, 0);
		__free_pages(page, order);
	}
}

static int tuner_rings(struct device *dev, struct list_head *frames)
{
	void *video, *audio;
	dma_addr_t video_addr, audio_addr;

#ifndef FIXED
	tuner_reserve(frames);
#endif
	video = dma_alloc_coherent(dev, RING, &video_addr, GFP_KERNEL);
	audio = dma_alloc_coherent(dev, RING, &audio_addr, GFP_KERNEL); /* BUG: dma-coherent-misaligned */
#ifdef FIXED
	tuner_reserve(frames);
#endif
	if (audio)
		dma_free_coherent(dev, RING, audio, audio_addr);
	if (video)
		dma_free_coherent(dev, RING, video, video_addr);
	tuner_release(frames);
	return 0;
}

static int tuner_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	LIST_HEAD(frames);
	int err = tuner_start(pdev);

	return err ? err : tuner_rings(&pdev->dev, &frames);
}

static void tuner_remove(struct pci_dev *pdev)
{
}

static const struct pci_device_id tuner_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver tuner_driver = {
	.name = "tuner",
	.id_table = tuner_ids,
	.probe = tuner_probe,
	.remove = tuner_remove,
};
module_pci_driver(tuner_driver);
MODULE_LICENSE("GPL");
