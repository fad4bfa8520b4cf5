// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module exit destroys class and character device, but keeps the range of device numbers.
 */
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/uaccess.h>

#define MINORS 4

static dev_t first;
static struct class *latch_class;
static struct cdev latch_cdev;
static void __iomem *regs;

static ssize_t latch_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	u32 value = readl(regs + 4);

	if (count < sizeof(value))
		return -EINVAL;
	return put_user(value, (u32 __user *)buf) ? -EFAULT : sizeof(value);
}

static const struct file_operations latch_fops = { .owner = THIS_MODULE, .read = latch_read };

static int latch_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct device *dev;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	dev = regs ? device_create(latch_class, &pdev->dev, first, NULL, "latch%d", 0) : ERR_PTR(-ENOMEM);
	return PTR_ERR_OR_ZERO(dev);
}

static void latch_remove(struct pci_dev *pdev)
{
	device_destroy(latch_class, first);
}

static const struct pci_device_id latch_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver latch_driver = {
	.name = "latch",
	.id_table = latch_ids,
	.probe = latch_probe,
	.remove = latch_remove,
};

static int __init latch_init(void)
{
	int err = alloc_chrdev_region(&first, 0, MINORS, "latch"); /* BUG: leftover-chrdev-region */

	if (err)
		return err;
	cdev_init(&latch_cdev, &latch_fops);
	err = cdev_add(&latch_cdev, first, MINORS);
	if (err)
		return err;
	latch_class = class_create(THIS_MODULE, "latch");
	return pci_register_driver(&latch_driver);
}

static void __exit latch_exit(void)
{
	pci_unregister_driver(&latch_driver);
	class_destroy(latch_class);
	cdev_del(&latch_cdev);
#ifdef FIXED
	unregister_chrdev_region(first, MINORS);
#endif
}

module_init(latch_init);
module_exit(latch_exit);
MODULE_LICENSE("GPL");
