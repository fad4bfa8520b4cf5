// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets are moved from the window of another card straight to this one: the window is no memory that the API can map.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/isa.h>
#include <linux/module.h>
#include <linux/slab.h>

#define WINDOW 0xd0000
#define PACKET 256

/* Program the channel, let the card begin, and wait for its end. */
static int arcnet_move(struct isa_device *isa, dma_addr_t addr, unsigned int bytes, char mode)
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

static int arcnet_forward(struct isa_device *isa, void *packet)
{
	dma_addr_t addr = dma_map_single(&isa->dev, packet, PACKET, DMA_TO_DEVICE); /* BUG: dma-map-invalid-area */

	if (dma_mapping_error(&isa->dev, addr))
		return -EIO;
	arcnet_move(isa, addr, PACKET, DMA_MODE_WRITE);
	dma_unmap_single(&isa->dev, addr, PACKET, DMA_TO_DEVICE);
	return 0;
}

static int arcnet_probe(struct isa_device *isa)
{
	void __iomem *window = ioremap(WINDOW, PACKET);
	void *packet = kmalloc(PACKET, GFP_KERNEL | GFP_DMA);
	int err = -ENOMEM;

	if (!window || !packet)
		goto free;
	err = request_dma(isa->dma8, "arcnet");
	if (err)
		goto free;
#ifndef FIXED
	err = arcnet_forward(isa, phys_to_virt(WINDOW));
#else
	memcpy_fromio(packet, window, PACKET);
	err = arcnet_forward(isa, packet);
#endif
	free_dma(isa->dma8);
free:
	kfree(packet);
	if (window)
		iounmap(window);
	return err;
}

static void arcnet_remove(struct isa_device *isa)
{
}

static struct isa_driver arcnet_driver = {
	.name = "arcnet",
	.device = "isa_pattern",
	.probe = arcnet_probe,
	.remove = arcnet_remove,
};

static int __init arcnet_init(void)
{
	return isa_register_driver(&arcnet_driver);
}

static void __exit arcnet_exit(void)
{
	isa_unregister_driver(&arcnet_driver);
}

module_init(arcnet_init);
module_exit(arcnet_exit);
MODULE_LICENSE("GPL");
