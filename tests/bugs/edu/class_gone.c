// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module exit takes the class out of sysfs and then destroys it: each of the two gives the only reference back.
 */
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/pci.h>

static struct class *gauge_class;

static ssize_t level_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", readl(dev_get_drvdata(dev)));
}
static DEVICE_ATTR_RO(level);

static struct attribute *gauge_attrs[] = { &dev_attr_level.attr, NULL };
ATTRIBUTE_GROUPS(gauge);

static int gauge_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	if (!regs)
		return -ENOMEM;
	return PTR_ERR_OR_ZERO(device_create_with_groups(gauge_class, &pdev->dev, MKDEV(0, 0), regs, gauge_groups,
							 "gauge"));
}

static void gauge_remove(struct pci_dev *pdev)
{
	device_destroy(gauge_class, MKDEV(0, 0));
}

static const struct pci_device_id gauge_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver gauge_driver = {
	.name = "gauge",
	.id_table = gauge_ids,
	.probe = gauge_probe,
	.remove = gauge_remove,
};

static int __init gauge_init(void)
{
	gauge_class = class_create(THIS_MODULE, "gauge");
	return IS_ERR(gauge_class) ? PTR_ERR(gauge_class) : pci_register_driver(&gauge_driver);
}

static void __exit gauge_exit(void)
{
	pci_unregister_driver(&gauge_driver);
	class_unregister(gauge_class);
#ifndef FIXED
	class_destroy(gauge_class); /* BUG: refcount */
#endif
}

module_init(gauge_init);
module_exit(gauge_exit);
MODULE_LICENSE("GPL");
