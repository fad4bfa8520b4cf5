// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handler looks for the factorial's cause where the transfer's is meant: nobody completes what probe waits for.
 */
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define CAUSE_FACTORIAL 0x001
#define CAUSE_DMA 0x100

struct copier {
	void __iomem *regs;
	struct completion done;
};

static irqreturn_t copier_irq(int irq, void *data)
{
	struct copier *copier = data;
	u32 causes = readl(copier->regs + 0x24);

	if (!causes)
		return IRQ_NONE;
	writel(causes, copier->regs + 0x64);
#ifndef FIXED
	if (causes & CAUSE_FACTORIAL)
#else
	if (causes & CAUSE_DMA)
#endif
		complete(&copier->done);
	return IRQ_HANDLED;
}

static int copier_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct copier *copier = devm_kzalloc(&pdev->dev, sizeof(*copier), GFP_KERNEL);
	dma_addr_t addr;
	int err = pcim_enable_device(pdev);

	if (!err)
		err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(28));
	if (err || !copier)
		return err ? err : -ENOMEM;
	pci_set_master(pdev);
	init_completion(&copier->done);
	copier->regs = pcim_iomap(pdev, 0, 0);
	if (!copier->regs || !dmam_alloc_coherent(&pdev->dev, 256, &addr, GFP_KERNEL))
		return -ENOMEM;
	err = devm_request_irq(&pdev->dev, pdev->irq, copier_irq, IRQF_SHARED, "copier", copier);
	if (err)
		return err;
	writel(addr, copier->regs + 0x80);
	writel(0x40000, copier->regs + 0x88);
	writel(256, copier->regs + 0x90);
	writel(5, copier->regs + 0x98);
	wait_for_completion(&copier->done); /* BUG: deadlock */
	return 0;
}

static const struct pci_device_id copier_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver copier_driver = { .name = "copier", .id_table = copier_ids, .probe = copier_probe };
module_pci_driver(copier_driver);
MODULE_LICENSE("GPL");
