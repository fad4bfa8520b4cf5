// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handler queues a work that is initialized only on devices of revision 2 and later; this one is older.
 */
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

struct panel {
	void __iomem *regs;
	struct work_struct work;
	u32 causes;
};

static void panel_work(struct work_struct *work)
{
	struct panel *panel = container_of(work, struct panel, work);

	pr_debug("panel: causes %#x\n", panel->causes);
}

static irqreturn_t panel_irq(int irq, void *data)
{
	struct panel *panel = data;
	u32 causes = readl(panel->regs + 0x24);

	if (!causes)
		return IRQ_NONE;
	writel(causes, panel->regs + 0x64);
	panel->causes |= causes;
	schedule_work(&panel->work); /* BUG: workqueue */
	return IRQ_HANDLED;
}

static int panel_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct panel *panel = devm_kzalloc(&pdev->dev, sizeof(*panel), GFP_KERNEL);
	int err = pcim_enable_device(pdev);

	if (err || !panel)
		return err ? err : -ENOMEM;
	panel->regs = pcim_iomap(pdev, 0, 0);
	if (!panel->regs)
		return -ENODEV;
#ifndef FIXED
	if (readl(panel->regs) >> 24 >= 2)
		INIT_WORK(&panel->work, panel_work);
#else
	INIT_WORK(&panel->work, panel_work);
#endif
	err = devm_request_irq(&pdev->dev, pdev->irq, panel_irq, IRQF_SHARED, "panel", panel);
	if (err)
		return err;
	pci_set_drvdata(pdev, panel);
	writel(2, panel->regs + 0x60);
	return 0;
}

static void panel_remove(struct pci_dev *pdev)
{
	struct panel *panel = pci_get_drvdata(pdev);

	if (panel->work.func)
		flush_work(&panel->work);
}

static const struct pci_device_id panel_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver panel_driver = {
	.name = "panel",
	.id_table = panel_ids,
	.probe = panel_probe,
	.remove = panel_remove,
};
module_pci_driver(panel_driver);
MODULE_LICENSE("GPL");
