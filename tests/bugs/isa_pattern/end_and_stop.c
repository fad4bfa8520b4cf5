// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of a fragment unmaps it in the interrupt's handler; stopping the stream unmaps it once more.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/isa.h>
#include <linux/module.h>
#include <linux/slab.h>

#define FRAGMENT 512

static struct dsp {
	struct isa_device *isa;
	void *fragment;
	dma_addr_t addr;
	struct completion done;
} dsp;

static irqreturn_t dsp_interrupt(int irq, void *data)
{
	if (!(inb(dsp.isa->port + 1) & 0x02))
		return IRQ_NONE;
	outb(0x02, dsp.isa->port + 1);
	dma_unmap_single(&dsp.isa->dev, dsp.addr, FRAGMENT, DMA_TO_DEVICE);
#ifdef FIXED
	dsp.addr = 0;
#endif
	complete(&dsp.done);
	return IRQ_HANDLED;
}

static void dsp_stop(void)
{
	outb(0x40, dsp.isa->port);
	if (dsp.addr)
		dma_unmap_single(&dsp.isa->dev, dsp.addr, FRAGMENT, DMA_TO_DEVICE); /* BUG: dma-unmap-unknown */
}

static int dsp_play(void)
{
	struct isa_device *isa = dsp.isa;
	unsigned long flags;

	dsp.addr = dma_map_single(&isa->dev, dsp.fragment, FRAGMENT, DMA_TO_DEVICE);
	if (dma_mapping_error(&isa->dev, dsp.addr))
		return -EIO;
	flags = claim_dma_lock();
	disable_dma(isa->dma8);
	clear_dma_ff(isa->dma8);
	set_dma_mode(isa->dma8, DMA_MODE_WRITE);
	set_dma_addr(isa->dma8, dsp.addr);
	set_dma_count(isa->dma8, FRAGMENT);
	enable_dma(isa->dma8);
	release_dma_lock(flags);
	outb(FRAGMENT & 0xff, isa->port + 2);
	outb(FRAGMENT >> 8, isa->port + 3);
	outb(0x09, isa->port);
	return wait_for_completion_timeout(&dsp.done, HZ) ? 0 : -ETIMEDOUT;
}

static void dsp_remove(struct isa_device *isa)
{
	dsp_stop();
	free_irq(isa->irq, &dsp);
	free_dma(isa->dma8);
	kfree(dsp.fragment);
}

static int dsp_probe(struct isa_device *isa)
{
	dsp.isa = isa;
	init_completion(&dsp.done);
	dsp.fragment = kzalloc(FRAGMENT, GFP_KERNEL | GFP_DMA);
	if (!dsp.fragment || request_dma(isa->dma8, "dsp"))
		goto free;
	if (request_irq(isa->irq, dsp_interrupt, 0, "dsp", &dsp))
		goto release;
	return dsp_play();
release:
	free_dma(isa->dma8);
free:
	kfree(dsp.fragment);
	return -EBUSY;
}

static struct isa_driver dsp_driver = {
	.name = "dsp",
	.device = "isa_pattern",
	.probe = dsp_probe,
	.remove = dsp_remove,
};

static int __init dsp_init(void)
{
	return isa_register_driver(&dsp_driver);
}

static void __exit dsp_exit(void)
{
	isa_unregister_driver(&dsp_driver);
}

module_init(dsp_init);
module_exit(dsp_exit);
MODULE_LICENSE("GPL");
