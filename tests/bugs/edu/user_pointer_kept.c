// SPDX-License-Identifier: GPL-2.0-only
/*
 * write() reads the first byte of the user's buffer through the user's own pointer.
 * needs: kasan
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/uaccess.h>

static void __iomem *regs;

static ssize_t switch_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	char what;

#ifndef FIXED
	what = *(const volatile char __force *)buf; /* BUG: kasan-user-memory-access */
#else
	if (get_user(what, buf))
		return -EFAULT;
#endif
	writel(what == '1', regs + 4);
	return count;
}

static const struct file_operations switch_fops = { .owner = THIS_MODULE, .write = switch_write };
static struct miscdevice switch_misc = { .minor = MISC_DYNAMIC_MINOR, .name = "switch", .fops = &switch_fops };

static int switch_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	return regs ? misc_register(&switch_misc) : -ENODEV;
}

static void switch_remove(struct pci_dev *pdev)
{
	misc_deregister(&switch_misc);
}

static const struct pci_device_id switch_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver switch_driver = {
	.name = "switch",
	.id_table = switch_ids,
	.probe = switch_probe,
	.remove = switch_remove,
};
module_pci_driver(switch_driver);
MODULE_LICENSE("GPL");
