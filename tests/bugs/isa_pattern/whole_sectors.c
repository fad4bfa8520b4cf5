// SPDX-License-Identifier: GPL-2.0-only
/*
 * The card moves whole sectors, and the count is rounded up to them; the mapping keeps the length that was asked for.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>

#define SECTOR 512
#define MOST 4096

static struct floppy {
	struct isa_device *isa;
	u8 *track;
} floppy;

/* Program the channel, let the card begin, and wait for its end. */
static int floppy_move(struct isa_device *isa, dma_addr_t addr, unsigned int bytes, char mode)
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

static int floppy_read_bytes(struct floppy *f, size_t bytes)
{
	struct device *dev = &f->isa->dev;
	size_t sectors = DIV_ROUND_UP(bytes, SECTOR) * SECTOR;
#ifndef FIXED
	size_t length = bytes;
#else
	size_t length = sectors;
#endif
	dma_addr_t addr = dma_map_single(dev, f->track, length, DMA_FROM_DEVICE); /* BUG: dma-past-mapping */
	int err;

	if (dma_mapping_error(dev, addr))
		return -EIO;
	err = floppy_move(f->isa, addr, sectors, DMA_MODE_READ);
	dma_unmap_single(dev, addr, length, DMA_FROM_DEVICE);
	return err;
}

static int floppy_probe(struct isa_device *isa)
{
	int err = request_dma(isa->dma8, "floppy");

	if (err)
		return err;
	floppy.isa = isa;
	floppy.track = kmalloc(MOST, GFP_KERNEL | GFP_DMA);
	err = floppy.track ? floppy_read_bytes(&floppy, 1300) : -ENOMEM;
	if (err) {
		kfree(floppy.track);
		free_dma(isa->dma8);
	}
	return err;
}

static void floppy_remove(struct isa_device *isa)
{
	kfree(floppy.track);
	free_dma(isa->dma8);
}

static struct isa_driver floppy_driver = {
	.name = "floppy",
	.device = "isa_pattern",
	.probe = floppy_probe,
	.remove = floppy_remove,
};

static int __init floppy_init(void)
{
	return isa_register_driver(&floppy_driver);
}

static void __exit floppy_exit(void)
{
	isa_unregister_driver(&floppy_driver);
}

module_init(floppy_init);
module_exit(floppy_exit);
MODULE_LICENSE("GPL");
