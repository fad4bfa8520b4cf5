// SPDX-License-Identifier: GPL-2.0-only
/*
 * A header block is asked for with GFP_KERNEL while the frames have all memory, and are given back by a work that runs
 * later: 2.6.24 waits for memory inside dma_pool_alloc(), for as long as it takes.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/workqueue.h>

#define BLOCK 64

static struct codec2 {
	struct list_head frames;
	struct delayed_work trim;
	struct dma_pool *pool;
} codec2;
static int codec2_start(struct pci_dev *pdev)
{
	int err = pcim_enable_device(pdev);

	if (!err)
		err = pcim_iomap_regions(pdev, BIT(0), "codec2");
	if (!err)
		err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(28));
	pci_set_master(pdev);
	return err;
}
/* Frames are kept as long as there is memory. */
static unsigned int codec2_reserve(struct list_head *frames)
{
	unsigned int count = 0;

	for (int order = 10; order >= 0; order--) {
		struct page *page;

		while ((page = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, order))) {
			set_page_private(page, order);
			list_add(&page->lru, frames);
			count++;
		}
	}
	return count;
}

static void codec2_release(struct list_head *frames)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, frames, lru) {
		unsigned int order = page_private(page);

		list_del(&page->lru);
		set_page_private(page, 0);
		__free_pages(page, order);
	}
}

static void codec2_trim(struct work_struct *work)
{
	codec2_release(&codec2.frames);
}

static int codec2_header(void)
{
	dma_addr_t addr;
#ifndef FIXED
	void *block = dma_pool_alloc(codec2.pool, GFP_KERNEL, &addr); /* BUG: dma-pool-waits */
#else
	void *block = dma_pool_alloc(codec2.pool, GFP_ATOMIC, &addr);
#endif

	if (!block) {
		flush_delayed_work(&codec2.trim);
		block = dma_pool_alloc(codec2.pool, GFP_ATOMIC, &addr);
	}
	if (!block)
		return -ENOMEM;
	dma_pool_free(codec2.pool, block, addr);
	return 0;
}

static int codec2_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = codec2_start(pdev);

	INIT_LIST_HEAD(&codec2.frames);
	INIT_DELAYED_WORK(&codec2.trim, codec2_trim);
	codec2.pool = err ? NULL : dma_pool_create("headers", &pdev->dev, BLOCK, BLOCK, 0);
	if (!codec2.pool)
		return err ? err : -ENOMEM;
	codec2_reserve(&codec2.frames);
	schedule_delayed_work(&codec2.trim, HZ / 4);
	err = codec2_header();
	cancel_delayed_work_sync(&codec2.trim);
	codec2_release(&codec2.frames);
	if (err)
		dma_pool_destroy(codec2.pool);
	return err;
}

static void codec2_remove(struct pci_dev *pdev)
{
	dma_pool_destroy(codec2.pool);
}

static const struct pci_device_id codec2_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver codec2_driver = {
	.name = "codec2",
	.id_table = codec2_ids,
	.probe = codec2_probe,
	.remove = codec2_remove,
};
module_pci_driver(codec2_driver);
MODULE_LICENSE("GPL");
