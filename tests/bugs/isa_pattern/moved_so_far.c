// SPDX-License-Identifier: GPL-2.0-only
/*
 * A frame is unmapped with the number of bytes that came, as the residue of the channel tells it, instead of the size that
 * was mapped.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/module.h>
#include <linux/slab.h>

#define FRAME 2048

static unsigned int fir_receive(struct isa_device *isa, dma_addr_t addr, unsigned int coming)
{
	unsigned long flags = claim_dma_lock();
	unsigned int residue;

	disable_dma(isa->dma8);
	clear_dma_ff(isa->dma8);
	set_dma_mode(isa->dma8, DMA_MODE_READ);
	set_dma_addr(isa->dma8, addr);
	set_dma_count(isa->dma8, FRAME);
	enable_dma(isa->dma8);
	release_dma_lock(flags);
	outb(coming & 0xff, isa->port + 2);
	outb(coming >> 8, isa->port + 3);
	outb(0x03, isa->port);
	while (inb(isa->port + 1) & 0x01)
		usleep_range(100, 200);
	outb(0x02, isa->port + 1);
	flags = claim_dma_lock();
	disable_dma(isa->dma8);
	clear_dma_ff(isa->dma8);
	residue = get_dma_residue(isa->dma8);
	release_dma_lock(flags);
	return FRAME - residue;
}

static int fir_probe(struct isa_device *isa)
{
	u8 *frame = kmalloc(FRAME, GFP_KERNEL | GFP_DMA);
	int err = frame ? request_dma(isa->dma8, "fir") : -ENOMEM;
	unsigned int length;
	dma_addr_t addr;

	if (err)
		goto free;
	addr = dma_map_single(&isa->dev, frame, FRAME, DMA_FROM_DEVICE);
	err = -EIO;
	if (dma_mapping_error(&isa->dev, addr))
		goto release;
	length = fir_receive(isa, addr, 600);
#ifndef FIXED
	dma_unmap_single(&isa->dev, addr, length, DMA_FROM_DEVICE); /* BUG: dma-unmap-size */
#else
	dma_unmap_single(&isa->dev, addr, FRAME, DMA_FROM_DEVICE);
#endif
	dev_info(&isa->dev, "frame of %u bytes, %02x...\n", length, frame[0]);
	err = 0;
release:
	free_dma(isa->dma8);
free:
	kfree(frame);
	return err;
}

static void fir_remove(struct isa_device *isa)
{
}

static struct isa_driver fir_driver = {
	.name = "fir",
	.device = "isa_pattern",
	.probe = fir_probe,
	.remove = fir_remove,
};

static int __init fir_init(void)
{
	return isa_register_driver(&fir_driver);
}

static void __exit fir_exit(void)
{
	isa_unregister_driver(&fir_driver);
}

module_init(fir_init);
module_exit(fir_exit);
MODULE_LICENSE("GPL");
