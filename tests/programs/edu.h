/* SPDX-License-Identifier: GPL-2.0-only */
/* edu for programs: a buffer of 4096 bytes, one transfer at a time, its end told by an interrupt. */
#include <linux/pci.h>

#include "common.h"

#define REACH_MASK DMA_BIT_MASK(28)

struct part {
	void __iomem *regs;
	struct completion done;
	bool running;
};

static int part_start(struct part *part, bool to_memory, dma_addr_t dma_addr, u32 offset, u32 length, bool wide)
{
	u64 inside = 0x40000 + offset;

	if (part->running)
		return -EBUSY;
	reinit_completion(&part->done);
	writeq(to_memory ? inside : dma_addr, part->regs + 0x80);
	writeq(to_memory ? dma_addr : inside, part->regs + 0x88);
	writeq(length, part->regs + 0x90);
	part->running = true;
	writeq(5 | (to_memory ? 2 : 0), part->regs + 0x98);
	return 0;
}

static int part_finish(struct part *part)
{
	if (!part->running)
		return 0;
	part->running = false;
	return wait_for_completion_timeout(&part->done, msecs_to_jiffies(TIMEOUT_MS)) ? 0 : -ETIMEDOUT;
}

static irqreturn_t part_interrupt(int irq, void *data)
{
	struct part *part = data;
	u32 status = readl(part->regs + 0x24);

	if (!status)
		return IRQ_NONE;
	writel(status, part->regs + 0x64);
	complete(&part->done);
	return IRQ_HANDLED;
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
	error = run_programs(&c);
	pci_clear_master(pdev);
	free_irq(pdev->irq, &part);
	return error;
}

static void part_remove(struct pci_dev *pdev)
{
}

static const struct pci_device_id part_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8) },
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
