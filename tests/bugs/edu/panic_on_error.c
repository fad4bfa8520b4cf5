// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device that does not answer as expected is an error of the driver's probe, and no reason to stop the machine.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/pci.h>

static int strict_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	if (!regs)
		return -ENODEV;
	writel(1, regs + 4);
	if (readl(regs + 4) != 1)
#ifndef FIXED
		panic("strict: the device does not hold its value"); /* BUG: kernel-panic */
#else
		dev_warn(&pdev->dev, "the device does not hold its value\n");
#endif
	return 0;
}

static const struct pci_device_id strict_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver strict_driver = { .name = "panic_on_error", .id_table = strict_ids, .probe = strict_probe };
module_pci_driver(strict_driver);
MODULE_LICENSE("GPL");
