// SPDX-License-Identifier: GPL-2.0-only
/*
 * write() copies from the user's buffer with memcpy(), as if the kernel could follow a process's pointers.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/string.h>
#include <linux/uaccess.h>

static void __iomem *regs;

static ssize_t knob_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	char text[16] = "";

	count = min(count, sizeof(text) - 1);
#ifndef FIXED
	memcpy(text, (const void __force *)buf, count); /* BUG: kernel-oops */
#else
	if (copy_from_user(text, buf, count))
		return -EFAULT;
#endif
	writel(text[0], regs + 4);
	return count;
}

static const struct file_operations knob_fops = { .owner = THIS_MODULE, .write = knob_write };
static struct miscdevice knob_misc = { .minor = MISC_DYNAMIC_MINOR, .name = "knob", .fops = &knob_fops };

static int knob_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	return regs ? misc_register(&knob_misc) : -ENODEV;
}

static void knob_remove(struct pci_dev *pdev)
{
	misc_deregister(&knob_misc);
}

static const struct pci_device_id knob_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver knob_driver = {
	.name = "knob",
	.id_table = knob_ids,
	.probe = knob_probe,
	.remove = knob_remove,
};
module_pci_driver(knob_driver);
MODULE_LICENSE("GPL");
