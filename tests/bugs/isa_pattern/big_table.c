// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table has grown beyond what kmalloc() likes to give, and comes from vmalloc() now; it is mapped as before.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/isa.h>
#include <linux/module.h>
#include <linux/vmalloc.h>

#define ENTRIES 6000

struct event {
	u8 delta, status, data[2];
};

/* Program the channel, let the card begin, and wait for its end. */
static int sequencer_move(struct isa_device *isa, dma_addr_t addr, unsigned int bytes, char mode)
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

static int sequencer_play(struct isa_device *isa, struct event *table)
{
	size_t bytes = ENTRIES * sizeof(*table);
	dma_addr_t addr = dma_map_single(&isa->dev, table, bytes, DMA_TO_DEVICE); /* BUG: dma-map-vmalloc */

	if (dma_mapping_error(&isa->dev, addr))
		return -EIO;
	sequencer_move(isa, addr, bytes, DMA_MODE_WRITE);
	dma_unmap_single(&isa->dev, addr, bytes, DMA_TO_DEVICE);
	return 0;
}

static void sequencer_tune(struct event *table)
{
	for (int i = 0; i < ENTRIES; i++)
		table[i] = (struct event) { 12, 0x90, { 60 + i % 12, 64 } };
}

static int sequencer_probe(struct isa_device *isa)
{
	struct event *table;
	int err = request_dma(isa->dma8, "sequencer");

	if (err)
		return err;
#ifndef FIXED
	table = vmalloc(ENTRIES * sizeof(*table));
#else
	table = (void *)__get_free_pages(GFP_KERNEL | GFP_DMA, get_order(ENTRIES * sizeof(*table)));
#endif
	if (table) {
		sequencer_tune(table);
		if (sequencer_play(isa, table))
			dev_warn(&isa->dev, "no tune\n");
	}
#ifndef FIXED
	vfree(table);
#else
	free_pages((unsigned long)table, get_order(ENTRIES * sizeof(*table)));
#endif
	free_dma(isa->dma8);
	return 0;
}

static void sequencer_remove(struct isa_device *isa)
{
}

static struct isa_driver sequencer_driver = {
	.name = "sequencer",
	.device = "isa_pattern",
	.probe = sequencer_probe,
	.remove = sequencer_remove,
};

static int __init sequencer_init(void)
{
	return isa_register_driver(&sequencer_driver);
}

static void __exit sequencer_exit(void)
{
	isa_unregister_driver(&sequencer_driver);
}

module_init(sequencer_init);
module_exit(sequencer_exit);
MODULE_LICENSE("GPL");
