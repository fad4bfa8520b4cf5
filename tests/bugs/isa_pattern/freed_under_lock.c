// SPDX-License-Identifier: GPL-2.0-only
/*
 * The channel is disabled and its coherent buffer freed in one go, with the DMA lock held and interrupts off.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#define TABLE 16384

struct synth {
	void *table;
	dma_addr_t addr;
};

/* Program the channel, let the card begin, and wait for its end. */
static int synth_move(struct isa_device *isa, dma_addr_t addr, unsigned int bytes, char mode)
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

static void synth_shutdown(struct isa_device *isa, struct synth *synth)
{
	unsigned long flags = claim_dma_lock();

	disable_dma(isa->dma8);
#ifndef FIXED
	dma_free_coherent(&isa->dev, TABLE, synth->table, synth->addr); /* BUG: dma-free-coherent-atomic */
	release_dma_lock(flags);
#else
	release_dma_lock(flags);
	dma_free_coherent(&isa->dev, TABLE, synth->table, synth->addr);
#endif
	free_dma(isa->dma8);
}

static int synth_probe(struct isa_device *isa)
{
	struct synth *synth = devm_kzalloc(&isa->dev, sizeof(*synth), GFP_KERNEL);
	int err;

	if (!synth)
		return -ENOMEM;
	synth->table = dma_alloc_coherent(&isa->dev, TABLE, &synth->addr, GFP_KERNEL);
	if (!synth->table)
		return -ENOMEM;
	err = request_dma(isa->dma8, "synth");
	if (err) {
		dma_free_coherent(&isa->dev, TABLE, synth->table, synth->addr);
		return err;
	}
	memset(synth->table, 0x80, TABLE);
	dev_set_drvdata(&isa->dev, synth);
	return synth_move(isa, synth->addr, TABLE, DMA_MODE_WRITE);
}

static void synth_remove(struct isa_device *isa)
{
	synth_shutdown(isa, dev_get_drvdata(&isa->dev));
}

static struct isa_driver synth_driver = {
	.name = "synth",
	.device = "isa_pattern",
	.probe = synth_probe,
	.remove = synth_remove,
};

static int __init synth_init(void)
{
	return isa_register_driver(&synth_driver);
}

static void __exit synth_exit(void)
{
	isa_unregister_driver(&synth_driver);
}

module_init(synth_init);
module_exit(synth_exit);
MODULE_LICENSE("GPL");
