// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci_enable_device() is missing: the device does not decode its registers' addresses yet, and all reads give ones.
 */
#include <linux/module.h>
#include <linux/pci.h>

static int never_enabled_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs;
	u32 version;
	int err = 0;

#ifdef FIXED
	err = pci_enable_device(pdev);
	if (err)
		return err;
#endif
	regs = pci_iomap(pdev, 0, 0);
	if (!regs)
		return -ENODEV;
	version = ioread32(regs); /* BUG: mmio-unassigned */
	dev_info(&pdev->dev, "version %u.%u\n", version >> 24, version >> 16 & 0xff);
	pci_set_drvdata(pdev, regs);
	return err;
}

static void never_enabled_remove(struct pci_dev *pdev)
{
	pci_iounmap(pdev, pci_get_drvdata(pdev));
#ifdef FIXED
	pci_disable_device(pdev);
#endif
}

static const struct pci_device_id never_enabled_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver never_enabled_driver = {
	.name = "never_enabled",
	.id_table = never_enabled_ids,
	.probe = never_enabled_probe,
	.remove = never_enabled_remove,
};
module_pci_driver(never_enabled_driver);
MODULE_LICENSE("GPL");
