// SPDX-License-Identifier: GPL-2.0-only
/*
 * The microcode is a constant of the module, and is mapped where it lies.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/module.h>
#include <linux/slab.h>

#define CHUNK 64

static const u8 microcode[] = {
	0x4d, 0x43, 0x01, 0x00, [16] = 0xe9, 0x12, 0x00, 0x90, [64] = 0x31, 0xc0, 0x8e, 0xd8, [127] = 0xf4,
};

/* Program the channel, let the card begin, and wait for its end. */
static int wavetable_move(struct isa_device *isa, dma_addr_t addr, unsigned int bytes, char mode)
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

static int wavetable_load(struct isa_device *isa, const void *code, size_t length)
{
	for (size_t at = 0; at < length; at += CHUNK) {
		dma_addr_t addr = dma_map_single(&isa->dev, (void *)code + at, CHUNK, DMA_TO_DEVICE); /* BUG: dma-map-text */

		if (dma_mapping_error(&isa->dev, addr))
			return -EIO;
		wavetable_move(isa, addr, CHUNK, DMA_MODE_WRITE);
		dma_unmap_single(&isa->dev, addr, CHUNK, DMA_TO_DEVICE);
	}
	return 0;
}

static int wavetable_probe(struct isa_device *isa)
{
	int err = request_dma(isa->dma8, "wavetable");

	if (err)
		return err;
#ifndef FIXED
	err = wavetable_load(isa, microcode, sizeof(microcode));
#else
	void *copy = kmemdup(microcode, sizeof(microcode), GFP_KERNEL | GFP_DMA);

	err = copy ? wavetable_load(isa, copy, sizeof(microcode)) : -ENOMEM;
	kfree(copy);
#endif
	free_dma(isa->dma8);
	return err;
}

static void wavetable_remove(struct isa_device *isa)
{
}

static struct isa_driver wavetable_driver = {
	.name = "wavetable",
	.device = "isa_pattern",
	.probe = wavetable_probe,
	.remove = wavetable_remove,
};

static int __init wavetable_init(void)
{
	return isa_register_driver(&wavetable_driver);
}

static void __exit wavetable_exit(void)
{
	isa_unregister_driver(&wavetable_driver);
}

module_init(wavetable_init);
module_exit(wavetable_exit);
MODULE_LICENSE("GPL");
