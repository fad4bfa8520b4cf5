// SPDX-License-Identifier: GPL-2.0-only
/*
 * The channel is programmed port by port, and the page register is forgotten: it still holds what the BIOS has left there.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/module.h>

#define STROKES 512

/* Channel 1: address at port 2, count at port 3, page at 0x83. */
static void plotter_program(u32 addr, u16 count)
{
	unsigned long flags = claim_dma_lock();

	outb(0x05, 0x0a);
	outb(0, 0x0c);
	outb(0x49, 0x0b);
	outb(addr & 0xff, 0x02);
	outb(addr >> 8 & 0xff, 0x02);
#ifdef FIXED
	outb(addr >> 16, 0x83);
#endif
	outb((count - 1) & 0xff, 0x03);
	outb((count - 1) >> 8, 0x03);
	outb(0x01, 0x0a);
	release_dma_lock(flags);
}

static void plotter_draw(struct isa_device *isa, dma_addr_t addr, u16 count)
{
	plotter_program(addr, count);
	outb(count & 0xff, isa->port + 2);
	outb(count >> 8, isa->port + 3);
	outb(0x01, isa->port); /* BUG: dma-unmapped */
	while (inb(isa->port + 1) & 0x01)
		msleep(1);
	outb(0x02, isa->port + 1);
}

static int plotter_probe(struct isa_device *isa)
{
	int err = request_dma(isa->dma8, "plotter");
	dma_addr_t addr;
	u8 *strokes;

	if (err)
		return err;
	strokes = dma_alloc_coherent(&isa->dev, STROKES, &addr, GFP_KERNEL);
	if (!strokes) {
		free_dma(isa->dma8);
		return -ENOMEM;
	}
	for (int i = 0; i < STROKES; i++)
		strokes[i] = i;
	plotter_draw(isa, addr, STROKES);
	dma_free_coherent(&isa->dev, STROKES, strokes, addr);
	return 0;
}

static void plotter_remove(struct isa_device *isa)
{
	free_dma(isa->dma8);
}

static struct isa_driver plotter_driver = {
	.name = "plotter",
	.device = "isa_pattern",
	.probe = plotter_probe,
	.remove = plotter_remove,
};

static int __init plotter_init(void)
{
	return isa_register_driver(&plotter_driver);
}

static void __exit plotter_exit(void)
{
	isa_unregister_driver(&plotter_driver);
}

module_init(plotter_init);
module_exit(plotter_exit);
MODULE_LICENSE("GPL");
