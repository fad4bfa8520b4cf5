// SPDX-License-Identifier: GPL-2.0-only
/*
 * A shared handler is freed with another cookie than it was requested with, so that it stays.
 */
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

struct beeper {
	struct pci_dev *pdev;
	void __iomem *regs;
};

static irqreturn_t beeper_irq(int irq, void *data)
{
	struct beeper *beeper = data;

	if (!readl(beeper->regs + 0x24))
		return IRQ_NONE;
	writel(~0, beeper->regs + 0x64);
	return IRQ_HANDLED;
}

static int beeper_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct beeper *beeper = devm_kzalloc(&pdev->dev, sizeof(*beeper), GFP_KERNEL);
	int err = pcim_enable_device(pdev);

	if (err || !beeper)
		return err ? err : -ENOMEM;
	beeper->pdev = pdev;
	beeper->regs = pcim_iomap(pdev, 0, 0);
	if (!beeper->regs)
		return -ENODEV;
	pci_set_drvdata(pdev, beeper);
	return request_irq(pdev->irq, beeper_irq, IRQF_SHARED, "beeper", beeper);
}

static void beeper_remove(struct pci_dev *pdev)
{
#ifndef FIXED
	free_irq(pdev->irq, pdev); /* BUG: irq */
#else
	free_irq(pdev->irq, pci_get_drvdata(pdev));
#endif
}

static const struct pci_device_id beeper_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver beeper_driver = {
	.name = "beeper",
	.id_table = beeper_ids,
	.probe = beeper_probe,
	.remove = beeper_remove,
};
module_pci_driver(beeper_driver);
MODULE_LICENSE("GPL");
