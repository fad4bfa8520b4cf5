// SPDX-License-Identifier: GPL-2.0-only
/*
 * init() registers a control device and the PCI driver; exit() unregisters the driver only.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>

static atomic_t cards = ATOMIC_INIT(0);

static ssize_t control_read(struct file *file, char __user *to, size_t count, loff_t *at)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%d\n", atomic_read(&cards));

	return simple_read_from_buffer(to, count, at, text, length);
}

static const struct file_operations control_fops = { .owner = THIS_MODULE, .read = control_read };
static struct miscdevice control = { .minor = MISC_DYNAMIC_MINOR, .name = "nic_control", .fops = &control_fops };

static int first_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (!err)
		atomic_inc(&cards);
	return err;
}

static void first_remove(struct pci_dev *pdev)
{
	atomic_dec(&cards);
}

static const struct pci_device_id first_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver first_driver = {
	.name = "first_of_two",
	.id_table = first_ids,
	.probe = first_probe,
	.remove = first_remove,
};

static int __init first_init(void)
{
	int err = misc_register(&control); /* BUG: leftover-misc-device */

	if (err)
		return err;
	err = pci_register_driver(&first_driver);
	if (err)
		misc_deregister(&control);
	return err;
}

static void __exit first_exit(void)
{
	pci_unregister_driver(&first_driver);
#ifdef FIXED
	misc_deregister(&control);
#endif
}

module_init(first_init);
module_exit(first_exit);
MODULE_LICENSE("GPL");
