// SPDX-License-Identifier: GPL-2.0-only
/*
 * The block's buffer is allocated without GFP_DMA: where there is more than 16 MiB of memory, mapping it fails, and the
 * driver is of no use.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#define BLOCK 10240

struct tape {
	void *block;
	size_t filled;
};

/* Program the channel, let the card begin, and wait for its end. */
static int tape_move(struct isa_device *isa, dma_addr_t addr, unsigned int bytes, char mode)
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

static int tape_write_block(struct isa_device *isa, struct tape *tape)
{
	dma_addr_t addr;
	int err;

	memset(tape->block + tape->filled, 0, BLOCK - tape->filled);
	addr = dma_map_single(&isa->dev, tape->block, BLOCK, DMA_TO_DEVICE); /* BUG: dma-map-overflow */
	if (dma_mapping_error(&isa->dev, addr)) {
		dev_warn(&isa->dev, "block is not written\n");
		return 0;
	}
	err = tape_move(isa, addr, BLOCK, DMA_MODE_WRITE);
	dma_unmap_single(&isa->dev, addr, BLOCK, DMA_TO_DEVICE);
	return err;
}

static int tape_probe(struct isa_device *isa)
{
	struct tape tape = { };
	int err;

#ifndef FIXED
	tape.block = kmalloc(BLOCK, GFP_KERNEL);
#else
	tape.block = kmalloc(BLOCK, GFP_KERNEL | GFP_DMA);
#endif
	if (!tape.block)
		return -ENOMEM;
	tape.filled = scnprintf(tape.block, BLOCK, "VOL1%s", dev_name(&isa->dev));
	err = request_dma(isa->dma8, "tape");
	if (!err) {
		err = tape_write_block(isa, &tape);
		free_dma(isa->dma8);
	}
	kfree(tape.block);
	return err;
}

static void tape_remove(struct isa_device *isa)
{
}

static struct isa_driver tape_driver = {
	.name = "tape",
	.device = "isa_pattern",
	.probe = tape_probe,
	.remove = tape_remove,
};

static int __init tape_init(void)
{
	return isa_register_driver(&tape_driver);
}

static void __exit tape_exit(void)
{
	isa_unregister_driver(&tape_driver);
}

module_init(tape_init);
module_exit(tape_exit);
MODULE_LICENSE("GPL");
