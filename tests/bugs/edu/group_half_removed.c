// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two attributes are made one by one, and remove() knows only of the first.
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/pci.h>

static ssize_t id_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sprintf(buf, "%#x\n", readl(dev_get_drvdata(dev)));
}
static DEVICE_ATTR_RO(id);

static ssize_t status_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sprintf(buf, "%#x\n", readl(dev_get_drvdata(dev) + 0x20));
}
static DEVICE_ATTR_RO(status);

static int pair_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	dev_set_drvdata(&pdev->dev, (void __force *)pcim_iomap(pdev, 0, 0));
	err = device_create_file(&pdev->dev, &dev_attr_id);
	if (err)
		return err;
	err = device_create_file(&pdev->dev, &dev_attr_status); /* BUG: leftover-sysfs-file */
	if (err)
		device_remove_file(&pdev->dev, &dev_attr_id);
	return err;
}

static void pair_remove(struct pci_dev *pdev)
{
#ifdef FIXED
	device_remove_file(&pdev->dev, &dev_attr_status);
#endif
	device_remove_file(&pdev->dev, &dev_attr_id);
}

static const struct pci_device_id pair_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver pair_driver = {
	.name = "pair",
	.id_table = pair_ids,
	.probe = pair_probe,
	.remove = pair_remove,
};
module_pci_driver(pair_driver);
MODULE_LICENSE("GPL");
