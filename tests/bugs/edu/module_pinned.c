// SPDX-License-Identifier: GPL-2.0-only
/*
 * open() pins the module once more than the file does already, and release() does not let go of it.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/uaccess.h>

static void __iomem *regs;

static int pinned_open(struct inode *inode, struct file *file)
{
	if (!try_module_get(THIS_MODULE)) /* BUG: module-busy */
		return -ENODEV;
	file->private_data = (void __force *)regs;
	return 0;
}

static int pinned_release(struct inode *inode, struct file *file)
{
#ifdef FIXED
	module_put(THIS_MODULE);
#endif
	return 0;
}

static ssize_t pinned_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	u32 id = readl((void __iomem *)file->private_data);

	return simple_read_from_buffer(buf, count, pos, &id, sizeof(id));
}

static const struct file_operations pinned_fops = {
	.owner = THIS_MODULE,
	.open = pinned_open,
	.release = pinned_release,
	.read = pinned_read,
};
static struct miscdevice pinned_misc = { .minor = MISC_DYNAMIC_MINOR, .name = "pinned", .fops = &pinned_fops };

static int pinned_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	return regs ? misc_register(&pinned_misc) : -ENODEV;
}

static void pinned_remove(struct pci_dev *pdev)
{
	misc_deregister(&pinned_misc);
}

static const struct pci_device_id pinned_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver pinned_driver = {
	.name = "module_pinned",
	.id_table = pinned_ids,
	.probe = pinned_probe,
	.remove = pinned_remove,
};
module_pci_driver(pinned_driver);
MODULE_LICENSE("GPL");
