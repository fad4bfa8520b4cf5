// SPDX-License-Identifier: GPL-2.0-only
/*
 * The line's buffer is unmapped when a message is complete, and handed to the CPU only then, by a sync for which nothing is
 * mapped any more.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/module.h>
#include <linux/slab.h>

#define MESSAGE 300

/* Program the channel, let the card begin, and wait for its end. */
static int telex_move(struct isa_device *isa, dma_addr_t addr, unsigned int bytes, char mode)
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

static int telex_receive(struct isa_device *isa, u8 *message)
{
	struct device *dev = &isa->dev;
	dma_addr_t addr = dma_map_single(dev, message, MESSAGE, DMA_FROM_DEVICE);

	if (dma_mapping_error(dev, addr))
		return -EIO;
	telex_move(isa, addr, MESSAGE, DMA_MODE_READ);
#ifndef FIXED
	dma_unmap_single(dev, addr, MESSAGE, DMA_FROM_DEVICE);
	dma_sync_single_for_cpu(dev, addr, MESSAGE, DMA_FROM_DEVICE); /* BUG: dma-sync-unknown */
#else
	dma_sync_single_for_cpu(dev, addr, MESSAGE, DMA_FROM_DEVICE);
	dma_unmap_single(dev, addr, MESSAGE, DMA_FROM_DEVICE);
#endif
	for (int i = 0; i < MESSAGE; i++)
		message[i] &= 0x1f;
	return 0;
}

static int telex_probe(struct isa_device *isa)
{
	u8 *message = devm_kmalloc(&isa->dev, MESSAGE, GFP_KERNEL | GFP_DMA);
	int err = message ? request_dma(isa->dma8, "telex") : -ENOMEM;

	if (err)
		return err;
	err = telex_receive(isa, message);
	free_dma(isa->dma8);
	return err;
}

static void telex_remove(struct isa_device *isa)
{
}

static struct isa_driver telex_driver = {
	.name = "telex",
	.device = "isa_pattern",
	.probe = telex_probe,
	.remove = telex_remove,
};

static int __init telex_init(void)
{
	return isa_register_driver(&telex_driver);
}

static void __exit telex_exit(void)
{
	isa_unregister_driver(&telex_driver);
}

module_init(telex_init);
module_exit(telex_exit);
MODULE_LICENSE("GPL");
