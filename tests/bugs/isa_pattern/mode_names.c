// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMA_MODE_WRITE was read as "the device writes": the controller is set up to read memory while the port sends bytes, and
 * nobody gets what the other has.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#define REPLY 64

struct lpt {
	u8 reply[REPLY] ____cacheline_aligned;
};

static int lpt_fetch_reply(struct isa_device *isa, dma_addr_t addr)
{
	unsigned long deadline = jiffies + HZ;
	unsigned long flags = claim_dma_lock();

	disable_dma(isa->dma8);
	clear_dma_ff(isa->dma8);
#ifndef FIXED
	set_dma_mode(isa->dma8, DMA_MODE_WRITE);
#else
	set_dma_mode(isa->dma8, DMA_MODE_READ);
#endif
	set_dma_addr(isa->dma8, addr);
	set_dma_count(isa->dma8, REPLY);
	enable_dma(isa->dma8);
	release_dma_lock(flags);
	outb(REPLY, isa->port + 2);
	outb(0, isa->port + 3);
	outb(0x03, isa->port); /* BUG: dma-direction */
	while (inb(isa->port + 1) & 0x01)
		if (time_after(jiffies, deadline))
			return -ETIMEDOUT;
	outb(0x02, isa->port + 1);
	return 0;
}

/* One buffer for a command and the reply to it, so it is mapped for both. */
static int lpt_negotiate(struct isa_device *isa, struct lpt *lpt)
{
	dma_addr_t addr;
	int err;

	memset(lpt->reply, 0x10, REPLY);
	addr = dma_map_single(&isa->dev, lpt->reply, REPLY, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(&isa->dev, addr))
		return -EIO;
	err = lpt_fetch_reply(isa, addr);
	dma_unmap_single(&isa->dev, addr, REPLY, DMA_BIDIRECTIONAL);
	return err;
}

static int lpt_probe(struct isa_device *isa)
{
	struct lpt *lpt = devm_kzalloc(&isa->dev, sizeof(*lpt), GFP_KERNEL | GFP_DMA);
	int err = lpt ? request_dma(isa->dma8, "lpt") : -ENOMEM;

	if (err)
		return err;
	err = lpt_negotiate(isa, lpt);
	free_dma(isa->dma8);
	return err;
}

static void lpt_remove(struct isa_device *isa)
{
}

static struct isa_driver lpt_driver = {
	.name = "lpt",
	.device = "isa_pattern",
	.probe = lpt_probe,
	.remove = lpt_remove,
};

static int __init lpt_init(void)
{
	return isa_register_driver(&lpt_driver);
}

static void __exit lpt_exit(void)
{
	isa_unregister_driver(&lpt_driver);
}

module_init(lpt_init);
module_exit(lpt_exit);
MODULE_LICENSE("GPL");
