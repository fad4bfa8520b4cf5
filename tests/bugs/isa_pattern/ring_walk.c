// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ring is handed over a period at a time; the last period is taken for as long as all others, beyond the ring's end.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/slab.h>

#define RING 5000
#define PERIOD 1024

/* Program the channel, let the card begin, and wait for its end. */
static int rings_move(struct isa_device *isa, dma_addr_t addr, unsigned int bytes, char mode)
{
	unsigned long flags = claim_dma_lock();

	disable_dma(isa->dma8);
	clear_dma_ff(isa->dma8);
	set_dma_mode(isa->dma8, mode);
	set_dma_addr(isa->dma8, addr);
	set_dma_count(isa->dma8, bytes);
	enable_dma(isa->dma8);
	release_dma_lock(flags);
	outb(bytes & 0xff, isa->port + 2);
	outb(bytes >> 8, isa->port + 3);
	outb((mode == DMA_MODE_READ ? 0x03 : 0x01), isa->port);
	while (inb(isa->port + 1) & 0x01)
		usleep_range(50, 100);
	outb(0x02, isa->port + 1);
	return 0;
}

static int rings_collect(struct isa_device *isa, const u8 *ring, dma_addr_t addr)
{
	unsigned int loudest = 0;

	rings_move(isa, addr, RING, DMA_MODE_READ);
	for (unsigned int at = 0; at < RING; at += PERIOD) {
#ifndef FIXED
		unsigned int length = PERIOD;
#else
		unsigned int length = min(PERIOD, RING - at);
#endif

		dma_sync_single_for_cpu(&isa->dev, addr + at, length, DMA_FROM_DEVICE); /* BUG: dma-sync-range */
		for (unsigned int i = 0; i < length && at + i < RING; i++)
			loudest = max_t(unsigned int, loudest, ring[at + i]);
		dma_sync_single_for_device(&isa->dev, addr + at, min(length, RING - at), DMA_FROM_DEVICE);
	}
	return loudest;
}

static int rings_probe(struct isa_device *isa)
{
	u8 *ring = kmalloc(RING, GFP_KERNEL | GFP_DMA);
	int err = ring ? request_dma(isa->dma8, "rings") : -ENOMEM;
	dma_addr_t addr;

	if (err)
		goto free;
	addr = dma_map_single(&isa->dev, ring, RING, DMA_FROM_DEVICE);
	err = -EIO;
	if (!dma_mapping_error(&isa->dev, addr)) {
		dev_info(&isa->dev, "loudest %d\n", rings_collect(isa, ring, addr));
		dma_unmap_single(&isa->dev, addr, RING, DMA_FROM_DEVICE);
		err = 0;
	}
	free_dma(isa->dma8);
free:
	kfree(ring);
	return err;
}

static void rings_remove(struct isa_device *isa)
{
}

static struct isa_driver rings_driver = {
	.name = "rings",
	.device = "isa_pattern",
	.probe = rings_probe,
	.remove = rings_remove,
};

static int __init rings_init(void)
{
	return isa_register_driver(&rings_driver);
}

static void __exit rings_exit(void)
{
	isa_unregister_driver(&rings_driver);
}

module_init(rings_init);
module_exit(rings_exit);
MODULE_LICENSE("GPL");
