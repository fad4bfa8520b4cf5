// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pointer to the coherent buffer is moved along while it is filled, and freed where it stands then.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>

#define PAPER 2000

/* Program the channel, let the card begin, and wait for its end. */
static int teleprinter_move(struct isa_device *isa, dma_addr_t addr, unsigned int bytes, char mode)
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

static int teleprinter_print(struct isa_device *isa, const char *text, unsigned int lines)
{
	dma_addr_t addr;
	char *paper = dma_alloc_coherent(&isa->dev, PAPER, &addr, GFP_KERNEL);
#ifdef FIXED
	char *start = paper;
#endif
	unsigned int bytes = 0;

	if (!paper)
		return -ENOMEM;
	while (lines-- && bytes + strlen(text) + 3 < PAPER) {
		int n = sprintf(paper, "%s\r\n", text);

		paper += n;
		bytes += n;
	}
	teleprinter_move(isa, addr, bytes, DMA_MODE_WRITE);
#ifndef FIXED
	dma_free_coherent(&isa->dev, PAPER, paper, addr); /* BUG: dma-unmap-cpu-address */
#else
	dma_free_coherent(&isa->dev, PAPER, start, addr);
#endif
	return 0;
}

static int teleprinter_probe(struct isa_device *isa)
{
	int err = request_dma(isa->dma8, "teleprinter");

	if (!err)
		err = teleprinter_print(isa, "THE QUICK BROWN FOX", 12);
	return err;
}

static void teleprinter_remove(struct isa_device *isa)
{
	free_dma(isa->dma8);
}

static struct isa_driver teleprinter_driver = {
	.name = "teleprinter",
	.device = "isa_pattern",
	.probe = teleprinter_probe,
	.remove = teleprinter_remove,
};

static int __init teleprinter_init(void)
{
	return isa_register_driver(&teleprinter_driver);
}

static void __exit teleprinter_exit(void)
{
	isa_unregister_driver(&teleprinter_driver);
}

module_init(teleprinter_init);
module_exit(teleprinter_exit);
MODULE_LICENSE("GPL");
