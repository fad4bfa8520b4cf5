// SPDX-License-Identifier: GPL-2.0-only
/*
 * The channel is programmed without claim_dma_lock(): a driver of another channel may flip the flip-flop in between.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/module.h>

#define WAVE 128

static void beeper_program(unsigned int channel, dma_addr_t addr)
{
#ifdef FIXED
	unsigned long flags = claim_dma_lock();

#endif
	disable_dma(channel); /* BUG: isa-dma */
	clear_dma_ff(channel);
	set_dma_mode(channel, DMA_MODE_WRITE);
	set_dma_addr(channel, addr);
	set_dma_count(channel, WAVE);
	enable_dma(channel);
#ifdef FIXED
	release_dma_lock(flags);
#endif
}

static int beeper_probe(struct isa_device *isa)
{
	int err = request_dma(isa->dma8, "beeper");
	dma_addr_t addr;
	u8 *wave;

	if (err)
		return err;
	wave = dmam_alloc_coherent(&isa->dev, WAVE, &addr, GFP_KERNEL);
	if (!wave) {
		free_dma(isa->dma8);
		return -ENOMEM;
	}
	for (int i = 0; i < WAVE; i++)
		wave[i] = i & 32 ? 0xff : 0;
	beeper_program(isa->dma8, addr);
	outb(WAVE, isa->port + 2);
	outb(0, isa->port + 3);
	outb(0x01, isa->port);
	return 0;
}

static void beeper_remove(struct isa_device *isa)
{
	unsigned long flags;

	outb(0x40, isa->port);
	flags = claim_dma_lock();
	disable_dma(isa->dma8);
	release_dma_lock(flags);
	free_dma(isa->dma8);
}

static struct isa_driver beeper_driver = {
	.name = "beeper",
	.device = "isa_pattern",
	.probe = beeper_probe,
	.remove = beeper_remove,
};

static int __init beeper_init(void)
{
	return isa_register_driver(&beeper_driver);
}

static void __exit beeper_exit(void)
{
	isa_unregister_driver(&beeper_driver);
}

module_init(beeper_init);
module_exit(beeper_exit);
MODULE_LICENSE("GPL");
