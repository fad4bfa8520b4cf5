// SPDX-License-Identifier: GPL-2.0-only
/*
 * After an overrun the stream is started again without having been stopped: its buffer is mapped a second time.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/module.h>
#include <linux/slab.h>

#define RING 8192

struct capture {
	void *ring;
	dma_addr_t addr;
	bool running;
};

/* Program the channel, let the card begin, and wait for its end. */
static int capture_move(struct isa_device *isa, dma_addr_t addr, unsigned int bytes, char mode)
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

static int capture_start(struct isa_device *isa, struct capture *capture)
{
	capture->addr = dma_map_single(&isa->dev, capture->ring, RING, DMA_FROM_DEVICE); /* BUG: dma-map-overlap */
	if (dma_mapping_error(&isa->dev, capture->addr))
		return -EIO;
	capture->running = true;
	return capture_move(isa, capture->addr, RING, DMA_MODE_READ);
}

static void capture_stop(struct isa_device *isa, struct capture *capture)
{
	if (!capture->running)
		return;
	capture->running = false;
	dma_unmap_single(&isa->dev, capture->addr, RING, DMA_FROM_DEVICE);
}

static int capture_overrun(struct isa_device *isa, struct capture *capture)
{
#ifdef FIXED
	capture_stop(isa, capture);
#endif
	return capture_start(isa, capture);
}

static int capture_probe(struct isa_device *isa)
{
	struct capture *capture = devm_kzalloc(&isa->dev, sizeof(*capture), GFP_KERNEL);
	int err = capture ? request_dma(isa->dma8, "capture") : -ENOMEM;

	if (err)
		return err;
	dev_set_drvdata(&isa->dev, capture);
	capture->ring = kmalloc(RING, GFP_KERNEL | GFP_DMA);
	err = capture->ring ? capture_start(isa, capture) : -ENOMEM;
	if (!err)
		err = capture_overrun(isa, capture);
	return err;
}

static void capture_remove(struct isa_device *isa)
{
	struct capture *capture = dev_get_drvdata(&isa->dev);

	capture_stop(isa, capture);
	kfree(capture->ring);
	free_dma(isa->dma8);
}

static struct isa_driver capture_driver = {
	.name = "capture",
	.device = "isa_pattern",
	.probe = capture_probe,
	.remove = capture_remove,
};

static int __init capture_init(void)
{
	return isa_register_driver(&capture_driver);
}

static void __exit capture_exit(void)
{
	isa_unregister_driver(&capture_driver);
}

module_init(capture_init);
module_exit(capture_exit);
MODULE_LICENSE("GPL");
