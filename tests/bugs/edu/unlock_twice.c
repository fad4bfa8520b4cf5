// SPDX-License-Identifier: GPL-2.0-only
/*
 * The path for a value that is out of range unlocks the mutex and then falls into the common exit, which does it again.
 */
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>

static DEFINE_MUTEX(dial_lock);
static void __iomem *regs;

static ssize_t dial_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	ssize_t ret = count;
	u32 value;

	mutex_lock(&dial_lock);
	if (kstrtou32(buf, 0, &value)) {
		ret = -EINVAL;
		goto out;
	}
	if (value < 1 || value > 12) {
		dev_dbg(dev, "%u is out of range\n", value);
		ret = -ERANGE;
#ifndef FIXED
		mutex_unlock(&dial_lock);
#endif
		goto out;
	}
	writel(value, regs + 0x08);
out:
	mutex_unlock(&dial_lock); /* BUG: mutex */
	return ret;
}

static ssize_t dial_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sprintf(buf, "%u\n", readl(regs + 0x08));
}
static DEVICE_ATTR_RW(dial);

static int dial_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	return regs ? device_create_file(&pdev->dev, &dev_attr_dial) : -ENODEV;
}

static void dial_remove(struct pci_dev *pdev)
{
	device_remove_file(&pdev->dev, &dev_attr_dial);
}

static const struct pci_device_id dial_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver dial_driver = {
	.name = "dial",
	.id_table = dial_ids,
	.probe = dial_probe,
	.remove = dial_remove,
};
module_pci_driver(dial_driver);
MODULE_LICENSE("GPL");
