// SPDX-License-Identifier: GPL-2.0-only
/*
 * remove() gives the device numbers back, and leaves the cdev that answers for them.
 */
#include <linux/cdev.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#define NIC_STATUS 0x08

struct char_nic {
	void __iomem *regs;
	struct cdev cdev;
	dev_t number;
};

static int status_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(inode->i_cdev, struct char_nic, cdev);
	return 0;
}

static ssize_t status_read(struct file *file, char __user *to, size_t count, loff_t *at)
{
	struct char_nic *nic = file->private_data;
	u32 status = readl(nic->regs + NIC_STATUS);

	if (count < sizeof(status))
		return -EINVAL;
	return copy_to_user(to, &status, sizeof(status)) ? -EFAULT : sizeof(status);
}

static const struct file_operations status_fops = {
	.owner = THIS_MODULE,
	.open = status_open,
	.read = status_read,
};

static int char_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct char_nic *nic = devm_kzalloc(&pdev->dev, sizeof(*nic), GFP_KERNEL);
	int err = nic ? pcim_enable_device(pdev) : -ENOMEM;

	if (err)
		return err;
	nic->regs = pcim_iomap(pdev, 0, 0);
	if (!nic->regs)
		return -EIO;
	err = alloc_chrdev_region(&nic->number, 0, 1, "minors_left");
	if (err)
		return err;
	cdev_init(&nic->cdev, &status_fops);
	nic->cdev.owner = THIS_MODULE;
	err = cdev_add(&nic->cdev, nic->number, 1); /* BUG: leftover-cdev */
	if (err)
		unregister_chrdev_region(nic->number, 1);
	else
		pci_set_drvdata(pdev, nic);
	return err;
}

static void char_remove(struct pci_dev *pdev)
{
	struct char_nic *nic = pci_get_drvdata(pdev);

#ifdef FIXED
	cdev_del(&nic->cdev);
#endif
	unregister_chrdev_region(nic->number, 1);
}

static const struct pci_device_id char_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver char_driver = {
	.name = "minors_left",
	.id_table = char_ids,
	.probe = char_probe,
	.remove = char_remove,
};
module_pci_driver(char_driver);
MODULE_LICENSE("GPL");
