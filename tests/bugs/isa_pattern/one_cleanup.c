// SPDX-License-Identifier: GPL-2.0-only
/*
 * Both directions of the line are taken down by one function, which unmaps all of them as if they had been sent.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/module.h>
#include <linux/slab.h>

#define SAMPLES 960

struct direction {
	s16 *samples;
	dma_addr_t addr;
	enum dma_data_direction way;
};

/* Program the channel, let the card begin, and wait for its end. */
static int modem_move(struct isa_device *isa, dma_addr_t addr, unsigned int bytes, char mode)
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

static int modem_open(struct isa_device *isa, struct direction *d, enum dma_data_direction way)
{
	d->way = way;
	d->samples = kcalloc(SAMPLES, sizeof(s16), GFP_KERNEL | GFP_DMA);
	if (!d->samples)
		return -ENOMEM;
	d->addr = dma_map_single(&isa->dev, d->samples, SAMPLES * sizeof(s16), way);
	if (!dma_mapping_error(&isa->dev, d->addr))
		return 0;
	kfree(d->samples);
	return -EIO;
}

static void modem_close(struct isa_device *isa, struct direction *d)
{
#ifndef FIXED
	dma_unmap_single(&isa->dev, d->addr, SAMPLES * sizeof(s16), DMA_TO_DEVICE); /* BUG: dma-unmap-direction */
#else
	dma_unmap_single(&isa->dev, d->addr, SAMPLES * sizeof(s16), d->way);
#endif
	kfree(d->samples);
}

static int modem_probe(struct isa_device *isa)
{
	struct direction sent = { }, heard = { };
	int err = request_dma(isa->dma8, "modem");

	if (err)
		return err;
	err = modem_open(isa, &sent, DMA_TO_DEVICE);
	if (err)
		goto release;
	err = modem_open(isa, &heard, DMA_FROM_DEVICE);
	if (err)
		goto close;
	modem_move(isa, sent.addr, SAMPLES * sizeof(s16), DMA_MODE_WRITE);
	modem_move(isa, heard.addr, SAMPLES * sizeof(s16), DMA_MODE_READ);
	modem_close(isa, &heard);
close:
	modem_close(isa, &sent);
release:
	free_dma(isa->dma8);
	return err;
}

static void modem_remove(struct isa_device *isa)
{
}

static struct isa_driver modem_driver = {
	.name = "modem",
	.device = "isa_pattern",
	.probe = modem_probe,
	.remove = modem_remove,
};

static int __init modem_init(void)
{
	return isa_register_driver(&modem_driver);
}

static void __exit modem_exit(void)
{
	isa_unregister_driver(&modem_driver);
}

module_init(modem_init);
module_exit(modem_exit);
MODULE_LICENSE("GPL");
