// SPDX-License-Identifier: GPL-2.0-only
/*
 * The optional second mode leaves early and forgets the region that it took for itself.
 */
#include <linux/moduleparam.h>
#include <linux/module.h>
#include <linux/pci.h>

static bool quiet = true;
module_param(quiet, bool, 0444);

static int modes_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs;
	int err = pci_enable_device(pdev);

	if (err)
		return err;
	err = pci_request_region(pdev, 0, "modes"); /* BUG: leftover-pci-region */
	if (err)
		goto disable;
	if (quiet) {
		dev_info(&pdev->dev, "left alone\n");
#ifdef FIXED
		pci_release_region(pdev, 0);
#endif
		return 0;
	}
	regs = pci_iomap(pdev, 0, 0);
	if (regs) {
		writel(1, regs + 4);
		pci_iounmap(pdev, regs);
	}
	pci_release_region(pdev, 0);
	return 0;
disable:
	pci_disable_device(pdev);
	return err;
}

static void modes_remove(struct pci_dev *pdev)
{
	pci_disable_device(pdev);
}

static const struct pci_device_id modes_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver modes_driver = {
	.name = "modes",
	.id_table = modes_ids,
	.probe = modes_probe,
	.remove = modes_remove,
};
module_pci_driver(modes_driver);
MODULE_LICENSE("GPL");
