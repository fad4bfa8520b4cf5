// SPDX-License-Identifier: GPL-2.0-only
/*
 * The path for a mapping that failed begins one label too early: it unmaps what was never mapped.
 * machine: [fault.fail_dma_map]
 * machine: nth = 1
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#define BLOCK 256

/* Program the channel, let the card begin, and wait for its end. */
static int radio_move(struct isa_device *isa, dma_addr_t addr, unsigned int bytes, char mode)
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

static int radio_send(struct isa_device *isa, const void *data, size_t length)
{
	u8 *block = kmalloc(BLOCK, GFP_KERNEL | GFP_DMA);
	dma_addr_t addr;
	int err = -ENOMEM;

	if (!block)
		return err;
	memset(block, 0, BLOCK);
	memcpy(block, data, length);
	addr = dma_map_single(&isa->dev, block, BLOCK, DMA_TO_DEVICE);
	if (dma_mapping_error(&isa->dev, addr)) {
		err = -EIO;
#ifndef FIXED
		goto unmap;
#else
		goto free;
#endif
	}
	err = radio_move(isa, addr, BLOCK, DMA_MODE_WRITE);
#ifndef FIXED
unmap:
#endif
	dma_unmap_single(&isa->dev, addr, BLOCK, DMA_TO_DEVICE); /* BUG: dma-unmap-error */
#ifdef FIXED
free:
#endif
	kfree(block);
	return err;
}

static int radio_probe(struct isa_device *isa)
{
	static const char hello[] = "CQ CQ DE";
	int err = request_dma(isa->dma8, "radio");

	if (err)
		return err;
	for (int attempt = 0; attempt < 3; attempt++)
		if (!radio_send(isa, hello, sizeof(hello)))
			return 0;
	free_dma(isa->dma8);
	return -EIO;
}

static void radio_remove(struct isa_device *isa)
{
	free_dma(isa->dma8);
}

static struct isa_driver radio_driver = {
	.name = "radio",
	.device = "isa_pattern",
	.probe = radio_probe,
	.remove = radio_remove,
};

static int __init radio_init(void)
{
	return isa_register_driver(&radio_driver);
}

static void __exit radio_exit(void)
{
	isa_unregister_driver(&radio_driver);
}

module_init(radio_init);
module_exit(radio_exit);
MODULE_LICENSE("GPL");
