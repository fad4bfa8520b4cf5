// SPDX-License-Identifier: GPL-2.0-only
/*
 * The attribute's text is made by kasprintf() and copied to the user, and nobody frees it: each read leaks some bytes.
 */
#include <linux/device.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

static ssize_t label_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	void __iomem *regs = dev_get_drvdata(dev);
	char *text = kasprintf(GFP_KERNEL, "edu rev %u at %s", readl(regs) >> 16 & 0xff, dev_name(dev)); /* BUG: module-leak */
	ssize_t length;

	if (!text)
		return -ENOMEM;
	length = scnprintf(buf, PAGE_SIZE, "%s\n", text);
#ifndef FIXED
	return length;
#else
	kfree(text);
	return length;
#endif
}
static DEVICE_ATTR_RO(label);

static struct attribute *label_attrs[] = { &dev_attr_label.attr, NULL };
static const struct attribute_group label_group = { .attrs = label_attrs };

static int label_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (!err)
		err = pcim_iomap_regions(pdev, BIT(0), "label");
	if (err)
		return err;
	pci_set_drvdata(pdev, pcim_iomap_table(pdev)[0]);
	return sysfs_create_group(&pdev->dev.kobj, &label_group);
}

static void label_remove(struct pci_dev *pdev)
{
	sysfs_remove_group(&pdev->dev.kobj, &label_group);
}

static const struct pci_device_id label_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver label_driver = {
	.name = "label_leak",
	.id_table = label_ids,
	.probe = label_probe,
	.remove = label_remove,
};
module_pci_driver(label_driver);
MODULE_LICENSE("GPL");
