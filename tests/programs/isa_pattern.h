/* SPDX-License-Identifier: GPL-2.0-only */
/* isa_pattern for programs: a buffer of 64 KiB behind the 8237A, by bytes or by words, one transfer at a time. */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/isa.h>

#include "common.h"

struct part {
	struct isa_device *isa;
	struct completion done;
	bool running;
	unsigned int channel;
	u8 status;
};

static int part_start(struct part *part, bool to_memory, dma_addr_t dma_addr, u32 offset, u32 length, bool wide)
{
	u16 port = part->isa->port;
	unsigned long flags;

	if (part->running)
		return -EBUSY;
	reinit_completion(&part->done);
	part->channel = wide ? part->isa->dma16 : part->isa->dma8;
	flags = claim_dma_lock();
	disable_dma(part->channel);
	clear_dma_ff(part->channel);
	set_dma_mode(part->channel, to_memory ? DMA_MODE_READ : DMA_MODE_WRITE);
	set_dma_addr(part->channel, dma_addr);
	set_dma_count(part->channel, length);
	enable_dma(part->channel);
	release_dma_lock(flags);
	outb(length & 0xff, port + 2);
	outb(length >> 8 & 0xff, port + 3);
	outb(offset & 0xff, port + 4);
	outb(offset >> 8, port + 5);
	part->running = true;
	outb(0x09 | (to_memory ? 0x02 : 0) | (wide ? 0x04 : 0), port);
	return 0;
}

static int part_finish(struct part *part)
{
	unsigned long flags;
	unsigned int residue;

	if (!part->running)
		return 0;
	part->running = false;
	if (!wait_for_completion_timeout(&part->done, msecs_to_jiffies(TIMEOUT_MS))) {
		outb(0x40, part->isa->port);
		return -ETIMEDOUT;
	}
	flags = claim_dma_lock();
	disable_dma(part->channel);
	clear_dma_ff(part->channel);
	residue = get_dma_residue(part->channel);
	release_dma_lock(flags);
	return residue || (part->status & 0x0c) != 0x04 ? -EIO : 0;
}

static irqreturn_t part_interrupt(int irq, void *data)
{
	struct part *part = data;
	u8 status = inb(part->isa->port + 1);

	if (!(status & 0x02))
		return IRQ_NONE;
	outb(0x02, part->isa->port + 1);
	part->status = status;
	complete(&part->done);
	return IRQ_HANDLED;
}

static int with_channels(struct context *c)
{
	struct isa_device *isa = c->part->isa;
	int error = request_dma(isa->dma8, "programs");

	if (error)
		return error;
	error = request_dma(isa->dma16, "programs");
	if (!error) {
		error = run_programs(c);
		free_dma(isa->dma16);
	}
	free_dma(isa->dma8);
	return error;
}

static int part_probe(struct isa_device *isa)
{
	static struct part part;
	struct context c = { .dev = &isa->dev, .part = &part };
	int error;

	part.isa = isa;
	init_completion(&part.done);
	error = request_irq(isa->irq, part_interrupt, 0, "programs", &part);
	if (error)
		return error;
	error = with_channels(&c);
	free_irq(isa->irq, &part);
	return error;
}

static void part_remove(struct isa_device *isa)
{
}

static struct isa_driver part_driver = {
	.name = "programs",
	.device = "isa_pattern",
	.probe = part_probe,
	.remove = part_remove,
};

static int __init part_init(void)
{
	return isa_register_driver(&part_driver);
}

static void __exit part_exit(void)
{
	isa_unregister_driver(&part_driver);
}
module_init(part_init);
module_exit(part_exit);
MODULE_LICENSE("GPL");
