/* SPDX-License-Identifier: GPL-2.0-only */
/* ring_nic for programs: it gathers a packet from pieces of memory, and scatters it over others, in loopback. */
#include <linux/pci.h>

#include "common.h"

#define REACH_MASK DMA_BIT_MASK(32)
#define ENTRIES 16
#define RING_BYTES (ENTRIES * sizeof(struct descriptor))
#define OWN 0x80000000
#define ERRORS 0x0e00

struct descriptor {
	u64 addr;
	u32 status;
	u16 length;
	u16 checksum;
};

struct piece {
	dma_addr_t dma_addr;
	u32 length;
};

struct ring {
	struct descriptor *desc;
	dma_addr_t dma_addr;
	unsigned int first, next;
};

struct part {
	void __iomem *regs;
	struct completion done;
	struct ring tx, rx;
	bool running;
};

static void give(struct part *part, struct ring *ring, u32 regs, const struct piece *pieces, unsigned int n, u32 flags)
{
	ring->first = ring->next;
	for (unsigned int i = 0; i < n; i++) {
		struct descriptor *desc = &ring->desc[ring->next];

		desc->addr = pieces[i].dma_addr;
		desc->length = pieces[i].length;
		wmb();
		desc->status = OWN | (i + 1 == n ? flags : 0);
		ring->next = (ring->next + 1) % ENTRIES;
	}
	wmb();
	writel(ring->next, part->regs + regs + 0x10);
}

/* Copy the bytes of `from` to `to`, which have the same sum. */
static int part_copy(struct part *part, const struct piece *from, unsigned int n, const struct piece *to, unsigned int m)
{
	if (part->running)
		return -EBUSY;
	reinit_completion(&part->done);
	part->running = true;
	give(part, &part->rx, 0x40, to, m, 0);
	give(part, &part->tx, 0x20, from, n, 0x0001);
	return 0;
}

static int ring_errors(struct ring *ring)
{
	for (unsigned int i = ring->first; i != ring->next; i = (i + 1) % ENTRIES)
		if (ring->desc[i].status & (OWN | ERRORS))
			return -EIO;
	return 0;
}

static int part_finish(struct part *part)
{
	if (!part->running)
		return 0;
	part->running = false;
	if (!wait_for_completion_timeout(&part->done, msecs_to_jiffies(TIMEOUT_MS)))
		return -ETIMEDOUT;
	return ring_errors(&part->tx) ?: ring_errors(&part->rx);
}

static irqreturn_t part_interrupt(int irq, void *data)
{
	struct part *part = data;
	u32 causes = readl(part->regs + 0x10);

	if (!causes)
		return IRQ_NONE;
	writel(causes, part->regs + 0x10);
	if (causes & 0x02)
		complete(&part->done);
	return IRQ_HANDLED;
}

static int ring_alloc(struct device *dev, struct part *part, struct ring *ring, u32 regs)
{
	ring->desc = dma_alloc_coherent(dev, RING_BYTES, &ring->dma_addr, GFP_KERNEL);
	if (!ring->desc)
		return -ENOMEM;
	memset(ring->desc, 0, RING_BYTES);
	writel(lower_32_bits(ring->dma_addr), part->regs + regs);
	writel(upper_32_bits(ring->dma_addr), part->regs + regs + 4);
	writel(ENTRIES, part->regs + regs + 8);
	return 0;
}

static void ring_free(struct device *dev, struct ring *ring)
{
	if (ring->desc)
		dma_free_coherent(dev, RING_BYTES, ring->desc, ring->dma_addr);
}

static int with_rings(struct context *c)
{
	struct part *part = c->part;
	int error = ring_alloc(c->dev, part, &part->tx, 0x20);

	if (!error)
		error = ring_alloc(c->dev, part, &part->rx, 0x40);
	if (!error) {
		writel(~0U, part->regs + 0x14);
		writel(7, part->regs + 0x04);
		error = run_programs(c);
		writel(0x80000000, part->regs + 0x04);
		readl(part->regs + 0x08);
	}
	ring_free(c->dev, &part->rx);
	ring_free(c->dev, &part->tx);
	return error;
}

static int part_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	static struct part part;
	struct context c = { .dev = &pdev->dev, .part = &part };
	int error = pcim_enable_device(pdev);

	if (error)
		return error;
	part.regs = pcim_iomap(pdev, 0, 0);
	if (!part.regs)
		return -ENOMEM;
	init_completion(&part.done);
	error = dma_set_mask_and_coherent(&pdev->dev, REACH_MASK);
	if (error)
		return error;
	error = request_irq(pdev->irq, part_interrupt, IRQF_SHARED, "programs", &part);
	if (error)
		return error;
	pci_set_master(pdev);
	error = with_rings(&c);
	pci_clear_master(pdev);
	free_irq(pdev->irq, &part);
	return error;
}

static void part_remove(struct pci_dev *pdev)
{
}

static const struct pci_device_id part_ids[] = {
	{ PCI_DEVICE(0x1234, 0xda7a) },
	{ }
};

static struct pci_driver part_driver = {
	.name = "programs",
	.id_table = part_ids,
	.probe = part_probe,
	.remove = part_remove,
};
module_pci_driver(part_driver);
MODULE_LICENSE("GPL");
