// SPDX-License-Identifier: GPL-2.0-only
/*
 * Eight bytes on the stack are to hold a version's text, which has more letters than the author's own had.
 * needs: kasan
 */
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/string.h>

static ssize_t version_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	void __iomem *regs = dev_get_drvdata(dev);
	u32 version = readl(regs);
	char text[8];

#ifndef FIXED
	sprintf(text, "v%u.%u.%u", version >> 24, version >> 16 & 0xff, (version & 0xffff) + 10000); /* BUG: kasan-stack-out-of-bounds */
#else
	snprintf(text, sizeof(text), "v%u.%u", version >> 24, version >> 16 & 0xff);
#endif
	return sprintf(buf, "%s\n", text);
}
static DEVICE_ATTR_RO(version);

static int version_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	if (!regs)
		return -ENODEV;
	dev_set_drvdata(&pdev->dev, (void __force *)regs);
	return device_create_file(&pdev->dev, &dev_attr_version);
}

static void version_remove(struct pci_dev *pdev)
{
	device_remove_file(&pdev->dev, &dev_attr_version);
}

static const struct pci_device_id version_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver version_driver = {
	.name = "short_label",
	.id_table = version_ids,
	.probe = version_probe,
	.remove = version_remove,
};
module_pci_driver(version_driver);
MODULE_LICENSE("GPL");
