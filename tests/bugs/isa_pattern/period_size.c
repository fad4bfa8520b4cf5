// SPDX-License-Identifier: GPL-2.0-only
/*
 * The buffer is cut into periods of 48 KiB, as the format wants it; the second one crosses 64 KiB, where the controller's
 * address counter begins again.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/isa.h>
#include <linux/module.h>

#define BUFFER_ORDER 5
#ifndef FIXED
#define PERIOD 0xc000
#else
#define PERIOD 0x8000
#endif

/* Program the channel, let the card begin, and wait for its end. */
static int sound_move(struct isa_device *isa, dma_addr_t addr, unsigned int bytes, char mode)
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

static int sound_probe(struct isa_device *isa)
{
	unsigned long buffer = __get_free_pages(GFP_KERNEL | GFP_DMA | __GFP_ZERO, BUFFER_ORDER); /* BUG: dma-crosses-boundary */
	int err = buffer ? request_dma(isa->dma8, "sound") : -ENOMEM;

	if (err)
		goto free;
	for (unsigned int at = 0; at + PERIOD <= PAGE_SIZE << BUFFER_ORDER && !err; at += PERIOD) {
		dma_addr_t addr = dma_map_single(&isa->dev, (void *)buffer + at, PERIOD, DMA_TO_DEVICE);

		if (dma_mapping_error(&isa->dev, addr)) {
			err = -EIO;
			break;
		}
		err = sound_move(isa, addr, PERIOD, DMA_MODE_WRITE);
		dma_unmap_single(&isa->dev, addr, PERIOD, DMA_TO_DEVICE);
	}
	free_dma(isa->dma8);
free:
	free_pages(buffer, BUFFER_ORDER);
	return err;
}

static void sound_remove(struct isa_device *isa)
{
}

static struct isa_driver sound_driver = {
	.name = "sound",
	.device = "isa_pattern",
	.probe = sound_probe,
	.remove = sound_remove,
};

static int __init sound_init(void)
{
	return isa_register_driver(&sound_driver);
}

static void __exit sound_exit(void)
{
	isa_unregister_driver(&sound_driver);
}

module_init(sound_init);
module_exit(sound_exit);
MODULE_LICENSE("GPL");
