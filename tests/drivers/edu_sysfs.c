// SPDX-License-Identifier: GPL-2.0-only
/* edu by attributes of its PCI device: identification, live check, factorial by polling. */
#include <linux/iopoll.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/sysfs.h>

struct edu {
	void __iomem *mmio;
	u32 fact;
};

static ssize_t id_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct edu *edu = dev_get_drvdata(dev);

	return sysfs_emit(buf, "0x%08x\n", readl(edu->mmio));
}
static DEVICE_ATTR_RO(id);

static ssize_t live_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct edu *edu = dev_get_drvdata(dev);

	return sprintf(buf, "0x%08x\n", readl(edu->mmio + 4));
}

static ssize_t live_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	struct edu *edu = dev_get_drvdata(dev);
	u32 value;
	int err = kstrtou32(buf, 0, &value);

	if (err)
		return err;
	writel(value, edu->mmio + 4);
	return count;
}
static DEVICE_ATTR_RW(live);

static ssize_t factorial_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct edu *edu = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", edu->fact);
}

static ssize_t factorial_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	struct edu *edu = dev_get_drvdata(dev);
	u32 status;
	int n, err;

	err = kstrtoint(buf, 10, &n);
	if (err)
		return err;
	if (n < 0 || n > 12)
		return -ERANGE;
	writel(n, edu->mmio + 8);
	err = readl_poll_timeout(edu->mmio + 0x20, status, !(status & 1), 10, 100000);
	if (err)
		return err;
	edu->fact = readl(edu->mmio + 8);
	return count;
}
static DEVICE_ATTR(factorial, S_IRUGO | S_IWUSR, factorial_show, factorial_store);

static struct attribute *edu_attrs[] = {
	&dev_attr_id.attr,
	&dev_attr_live.attr,
	&dev_attr_factorial.attr,
	NULL,
};

static const struct attribute_group edu_group = {
	.name = "edu",
	.attrs = edu_attrs,
};

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct edu *edu = devm_kzalloc(&pdev->dev, sizeof(*edu), GFP_KERNEL);
	int err;

	if (!edu)
		return -ENOMEM;
	err = pcim_enable_device(pdev);
	if (err)
		return err;
	edu->mmio = pcim_iomap(pdev, 0, 0);
	if (!edu->mmio)
		return -ENOMEM;
	dev_set_drvdata(&pdev->dev, edu);
	return sysfs_create_group(&pdev->dev.kobj, &edu_group);
}

static void edu_remove(struct pci_dev *pdev)
{
	sysfs_remove_group(&pdev->dev.kobj, &edu_group);
}

static const struct pci_device_id edu_ids[] = {
	{ PCI_DEVICE_SUB(0x1234, 0x11e8, PCI_ANY_ID, PCI_ANY_ID), .driver_data = 1 },
	{}
};
MODULE_DEVICE_TABLE(pci, edu_ids);

static struct pci_driver edu_driver = {
	.name = "edu_sysfs",
	.id_table = edu_ids,
	.probe = edu_probe,
	.remove = edu_remove,
};
module_pci_driver(edu_driver);
MODULE_LICENSE("GPL");
