// SPDX-License-Identifier: GPL-2.0-only
/*
 * remove() undoes things in the order in which probe() did them: the pages go before the mapping.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/isa.h>
#include <linux/module.h>

#define ORDER 2
#define BYTES (PAGE_SIZE << ORDER)

static unsigned long pages;
static dma_addr_t addr;

/* Program the channel, let the card begin, and wait for its end. */
static int frame_move(struct isa_device *isa, dma_addr_t addr, unsigned int bytes, char mode)
{
	unsigned long flags = claim_dma_lock();

	disable_dma(isa->dma16);
	clear_dma_ff(isa->dma16);
	set_dma_mode(isa->dma16, mode);
	set_dma_addr(isa->dma16, addr);
	set_dma_count(isa->dma16, bytes);
	enable_dma(isa->dma16);
	release_dma_lock(flags);
	outb(bytes & 0xff, isa->port + 2);
	outb(bytes >> 8, isa->port + 3);
	outb((mode == DMA_MODE_READ ? 0x03 : 0x01) | 0x04, isa->port);
	while (inb(isa->port + 1) & 0x01)
		usleep_range(50, 100);
	outb(0x02, isa->port + 1);
	return 0;
}

static int frame_probe(struct isa_device *isa)
{
	int err = -EIO;

	pages = __get_free_pages(GFP_KERNEL | GFP_DMA | __GFP_ZERO, ORDER);
	if (!pages)
		return -ENOMEM;
	addr = dma_map_single(&isa->dev, (void *)pages, BYTES, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(&isa->dev, addr))
		goto free;
	err = request_dma(isa->dma16, "frame");
	if (err)
		goto unmap;
	frame_move(isa, addr, BYTES, DMA_MODE_WRITE);
	frame_move(isa, addr, BYTES, DMA_MODE_READ);
	return 0;
unmap:
	dma_unmap_single(&isa->dev, addr, BYTES, DMA_BIDIRECTIONAL);
free:
	free_pages(pages, ORDER);
	return err;
}

static void frame_remove(struct isa_device *isa)
{
#ifndef FIXED
	free_pages(pages, ORDER); /* BUG: dma-free-while-mapped */
	dma_unmap_single(&isa->dev, addr, BYTES, DMA_BIDIRECTIONAL);
#else
	dma_unmap_single(&isa->dev, addr, BYTES, DMA_BIDIRECTIONAL);
	free_pages(pages, ORDER);
#endif
	free_dma(isa->dma16);
}

static struct isa_driver frame_driver = {
	.name = "frame",
	.device = "isa_pattern",
	.probe = frame_probe,
	.remove = frame_remove,
};

static int __init frame_init(void)
{
	return isa_register_driver(&frame_driver);
}

static void __exit frame_exit(void)
{
	isa_unregister_driver(&frame_driver);
}

module_init(frame_init);
module_exit(frame_exit);
MODULE_LICENSE("GPL");
