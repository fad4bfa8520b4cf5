// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wait for the card stands before the DMA lock is released, and sleeps.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/module.h>

#define SAMPLES 1024

static void digitizer_sample(struct isa_device *isa, dma_addr_t addr)
{
	unsigned long flags = claim_dma_lock();

	disable_dma(isa->dma8);
	clear_dma_ff(isa->dma8);
	set_dma_mode(isa->dma8, DMA_MODE_READ);
	set_dma_addr(isa->dma8, addr);
	set_dma_count(isa->dma8, SAMPLES);
	enable_dma(isa->dma8);
#ifdef FIXED
	release_dma_lock(flags);
#endif
	outb(SAMPLES & 0xff, isa->port + 2);
	outb(SAMPLES >> 8, isa->port + 3);
	outb(0x03, isa->port);
	while (inb(isa->port + 1) & 0x01)
		msleep(1); /* BUG: sleep-in-atomic */
	outb(0x02, isa->port + 1);
#ifndef FIXED
	release_dma_lock(flags);
#endif
}

static int digitizer_probe(struct isa_device *isa)
{
	int err = request_dma(isa->dma8, "digitizer");
	dma_addr_t addr;
	u8 *samples;

	if (err)
		return err;
	samples = dma_alloc_coherent(&isa->dev, SAMPLES, &addr, GFP_KERNEL);
	if (samples) {
		digitizer_sample(isa, addr);
		dev_info(&isa->dev, "first sample %u\n", samples[0]);
		dma_free_coherent(&isa->dev, SAMPLES, samples, addr);
	}
	free_dma(isa->dma8);
	return samples ? 0 : -ENOMEM;
}

static void digitizer_remove(struct isa_device *isa)
{
}

static struct isa_driver digitizer_driver = {
	.name = "digitizer",
	.device = "isa_pattern",
	.probe = digitizer_probe,
	.remove = digitizer_remove,
};

static int __init digitizer_init(void)
{
	return isa_register_driver(&digitizer_driver);
}

static void __exit digitizer_exit(void)
{
	isa_unregister_driver(&digitizer_driver);
}

module_init(digitizer_init);
module_exit(digitizer_exit);
MODULE_LICENSE("GPL");
