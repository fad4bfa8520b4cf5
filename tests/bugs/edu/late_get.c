// SPDX-License-Identifier: GPL-2.0-only
/*
 * open() takes a reference on the unit without asking whether the last one is gone: it raises a count from zero.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/refcount.h>
#include <linux/uaccess.h>

static struct unit {
	refcount_t users;
	void __iomem *regs;
} unit;

static int unit_open(struct inode *inode, struct file *file)
{
#ifndef FIXED
	refcount_inc(&unit.users); /* BUG: refcount */
#else
	if (!refcount_inc_not_zero(&unit.users))
		return -ENODEV;
#endif
	file->private_data = &unit;
	return 0;
}

static int unit_release(struct inode *inode, struct file *file)
{
	if (refcount_dec_and_test(&unit.users))
		writel(0, unit.regs + 4);
	return 0;
}

static const struct file_operations unit_fops = {
	.owner = THIS_MODULE,
	.open = unit_open,
	.release = unit_release,
};
static struct miscdevice unit_misc = { .minor = MISC_DYNAMIC_MINOR, .name = "unit", .fops = &unit_fops };

static int unit_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	unit.regs = pcim_iomap(pdev, 0, 0);
	if (!unit.regs)
		return -ENODEV;
	refcount_set(&unit.users, 1);
	/* the self-test has found the unit switched off: nobody is to use it */
	if (readl(unit.regs + 0x24) == 0 && refcount_dec_and_test(&unit.users))
		writel(0, unit.regs + 4);
	return misc_register(&unit_misc);
}

static void unit_remove(struct pci_dev *pdev)
{
	misc_deregister(&unit_misc);
}

static const struct pci_device_id unit_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver unit_driver = {
	.name = "late_get",
	.id_table = unit_ids,
	.probe = unit_probe,
	.remove = unit_remove,
};
module_pci_driver(unit_driver);
MODULE_LICENSE("GPL");
