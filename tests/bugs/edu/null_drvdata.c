// SPDX-License-Identifier: GPL-2.0-only
/*
 * probe() forgets pci_set_drvdata(), and the first show of an attribute follows a null pointer.
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

struct scale {
	u32 offset;
	void __iomem *regs;
};

static ssize_t weight_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct scale *scale = dev_get_drvdata(dev);
	void __iomem *regs = scale->regs; /* BUG: kernel-oops */

	return sprintf(buf, "%u\n", readl(regs) - scale->offset);
}
static DEVICE_ATTR_RO(weight);

static int scale_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct scale *scale = devm_kzalloc(&pdev->dev, sizeof(*scale), GFP_KERNEL);
	int err = pcim_enable_device(pdev);

	if (err || !scale)
		return err ? err : -ENOMEM;
	scale->regs = pcim_iomap(pdev, 0, 0);
	if (!scale->regs)
		return -ENODEV;
	scale->offset = readl(scale->regs);
#ifdef FIXED
	pci_set_drvdata(pdev, scale);
#endif
	return device_create_file(&pdev->dev, &dev_attr_weight);
}

static void scale_remove(struct pci_dev *pdev)
{
	device_remove_file(&pdev->dev, &dev_attr_weight);
}

static const struct pci_device_id scale_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver scale_driver = {
	.name = "scale",
	.id_table = scale_ids,
	.probe = scale_probe,
	.remove = scale_remove,
};
module_pci_driver(scale_driver);
MODULE_LICENSE("GPL");
