// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mask was copied from the PCI version of the card, and the buffer comes from anywhere: the page register of the 8237
 * has 8 bits, and the card writes to what the other 24 lead to.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/module.h>
#include <linux/slab.h>

#define LINE_BYTES 2550

struct scanner {
	u8 *line;
	bool has_channel;
};

/* Program the channel, let the card begin, and wait for its end. */
static int scanner_move(struct isa_device *isa, dma_addr_t addr, unsigned int bytes, char mode)
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

static int scanner_read_line(struct isa_device *isa, struct scanner *scanner)
{
	dma_addr_t addr = dma_map_single(&isa->dev, scanner->line, LINE_BYTES, DMA_FROM_DEVICE);
	int err;

	if (dma_mapping_error(&isa->dev, addr))
		return -EIO;
	err = scanner_move(isa, addr, LINE_BYTES, DMA_MODE_READ);
	dma_unmap_single(&isa->dev, addr, LINE_BYTES, DMA_FROM_DEVICE);
	return err;
}

static void scanner_remove(struct isa_device *isa)
{
	struct scanner *scanner = dev_get_drvdata(&isa->dev);

	if (scanner->has_channel)
		free_dma(isa->dma8);
	kfree(scanner->line);
	kfree(scanner);
}

static int scanner_probe(struct isa_device *isa)
{
	struct scanner *scanner = kzalloc(sizeof(*scanner), GFP_KERNEL);
	int err;

	if (!scanner)
		return -ENOMEM;
	dev_set_drvdata(&isa->dev, scanner);
#ifndef FIXED
	err = dma_set_mask(&isa->dev, DMA_BIT_MASK(32));
	scanner->line = kmalloc(LINE_BYTES, GFP_KERNEL); /* BUG: dma-beyond-reach */
#else
	err = dma_set_mask(&isa->dev, DMA_BIT_MASK(24));
	scanner->line = kmalloc(LINE_BYTES, GFP_KERNEL | GFP_DMA);
#endif
	if (!err)
		err = scanner->line ? request_dma(isa->dma8, "scanner") : -ENOMEM;
	scanner->has_channel = !err;
	if (!err)
		err = scanner_read_line(isa, scanner);
	if (err)
		scanner_remove(isa);
	return err;
}

static struct isa_driver scanner_driver = {
	.name = "scanner",
	.device = "isa_pattern",
	.probe = scanner_probe,
	.remove = scanner_remove,
};

static int __init scanner_init(void)
{
	return isa_register_driver(&scanner_driver);
}

static void __exit scanner_exit(void)
{
	isa_unregister_driver(&scanner_driver);
}

module_init(scanner_init);
module_exit(scanner_exit);
MODULE_LICENSE("GPL");
