// SPDX-License-Identifier: GPL-2.0-only
/*
 * The picture's pages are mapped by dma_map_page(), which a conversion from kernel addresses has left out where they are
 * unmapped.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/isa.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>

#define PICTURE_ORDER 1
#define PICTURE (PAGE_SIZE << PICTURE_ORDER)

/* Program the channel, let the card begin, and wait for its end. */
static int grabber_move(struct isa_device *isa, dma_addr_t addr, unsigned int bytes, char mode)
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

static int grabber_grab(struct isa_device *isa, struct page *pages)
{
	dma_addr_t addr = dma_map_page(&isa->dev, pages, 0, PICTURE, DMA_FROM_DEVICE);
	int err;

	if (dma_mapping_error(&isa->dev, addr))
		return -ENOMEM;
	err = grabber_move(isa, addr, PICTURE, DMA_MODE_READ);
#ifndef FIXED
	dma_unmap_single(&isa->dev, addr, PICTURE, DMA_FROM_DEVICE); /* BUG: dma-unmap-function */
#else
	dma_unmap_page(&isa->dev, addr, PICTURE, DMA_FROM_DEVICE);
#endif
	return err;
}

static ssize_t brightness_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct isa_device *isa = container_of(dev, struct isa_device, dev);
	struct page *pages = alloc_pages(GFP_KERNEL | GFP_DMA, PICTURE_ORDER);
	unsigned int sum = 0;
	int err;

	if (!pages)
		return -ENOMEM;
	err = grabber_grab(isa, pages);
	for (size_t i = 0; !err && i < PICTURE; i += 64)
		sum += ((u8 *)page_address(pages))[i];
	__free_pages(pages, PICTURE_ORDER);
	return err ? err : sprintf(buf, "%u\n", sum);
}
static DEVICE_ATTR_RO(brightness);

static int grabber_probe(struct isa_device *isa)
{
	int err = request_dma(isa->dma8, "grabber");

	return err ? err : brightness_show(&isa->dev, &dev_attr_brightness, (char[32]) { }) < 0 ? -EIO : 0;
}

static void grabber_remove(struct isa_device *isa)
{
	free_dma(isa->dma8);
}

static struct isa_driver grabber_driver = {
	.name = "grabber",
	.device = "isa_pattern",
	.probe = grabber_probe,
	.remove = grabber_remove,
};

static int __init grabber_init(void)
{
	return isa_register_driver(&grabber_driver);
}

static void __exit grabber_exit(void)
{
	isa_unregister_driver(&grabber_driver);
}

module_init(grabber_init);
module_exit(grabber_exit);
MODULE_LICENSE("GPL");
