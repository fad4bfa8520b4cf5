// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames are packed into a log of two pages, and one of them lies across the page boundary that the card cannot cross.
 */
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/string.h>

#define FRAME 1536
#define FRAMES 4
#define LOG_ORDER 1

static unsigned int frame_place(unsigned int at)
{
#ifdef FIXED
	if (at / PAGE_SIZE != (at + FRAME - 1) / PAGE_SIZE)
		at = ALIGN(at, PAGE_SIZE);
#endif
	return at;
}

static int log_send(struct device *dev, u8 *log)
{
	struct scatterlist frames[FRAMES];
	unsigned int at = 0;

	sg_init_table(frames, FRAMES);
	for (int i = 0; i < FRAMES; i++) {
		at = frame_place(at);
		memset(log + at, i, FRAME);
		sg_set_buf(&frames[i], log + at, FRAME);
		at += FRAME;
	}
	if (!dma_map_sg(dev, frames, FRAMES, DMA_TO_DEVICE)) /* BUG: dma-sg-boundary */
		return -EIO;
	dma_unmap_sg(dev, frames, FRAMES, DMA_TO_DEVICE);
	return 0;
}

static int log_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	unsigned long log;
	int err = pcim_enable_device(pdev);

	if (!err)
		err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(32));
	if (!err)
		err = dma_set_seg_boundary(&pdev->dev, PAGE_SIZE - 1);
	if (err)
		return err;
	log = __get_free_pages(GFP_KERNEL, LOG_ORDER);
	if (!log)
		return -ENOMEM;
	err = log_send(&pdev->dev, (u8 *)log);
	free_pages(log, LOG_ORDER);
	return err;
}

static const struct pci_device_id log_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver log_driver = { .name = "over_the_page", .id_table = log_ids, .probe = log_probe };
module_pci_driver(log_driver);
MODULE_LICENSE("GPL");
