// SPDX-License-Identifier: GPL-2.0-only
/* The edu device behind /dev/edu0: registers by read, write and ioctl, the factorial by interrupt. */
#include <linux/cdev.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/ioctl.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#define DRV_NAME "edu_char"
#define EDU_IOC_IDENT _IOR('E', 1, u32)
#define EDU_IOC_FACT _IOWR('E', 2, u32)

#define REG_ID 0x00
#define REG_LIVE 0x04
#define REG_FACT 0x08
#define REG_STATUS 0x20
#define REG_IRQ_STATUS 0x24
#define REG_IRQ_ACK 0x64

struct edu_dev {
	struct pci_dev *pdev;
	void __iomem *mmio;
	struct cdev cdev;
	dev_t devt;
	struct class *class;
	wait_queue_head_t wq;
	u32 irq_seen;
	struct mutex lock;
};

static irqreturn_t edu_irq(int irq, void *data)
{
	struct edu_dev *edu = data;
	u32 status = ioread32(edu->mmio + REG_IRQ_STATUS);

	if (!status)
		return IRQ_NONE;
	iowrite32(status, edu->mmio + REG_IRQ_ACK);
	edu->irq_seen |= status;
	wake_up_interruptible(&edu->wq);
	return IRQ_HANDLED;
}

static int edu_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(inode->i_cdev, struct edu_dev, cdev);
	return 0;
}

static int edu_release(struct inode *inode, struct file *file)
{
	return 0;
}

static ssize_t edu_read(struct file *file, char __user *buf, size_t count, loff_t *ppos)
{
	struct edu_dev *edu = file->private_data;
	u32 value;

	if (count < sizeof(value) || *ppos % 4)
		return -EINVAL;
	if (*ppos > 0x24)
		return 0;
	value = ioread32(edu->mmio + *ppos);
	if (copy_to_user(buf, &value, sizeof(value)))
		return -EFAULT;
	*ppos += sizeof(value);
	return sizeof(value);
}

static ssize_t edu_write(struct file *file, const char __user *buf, size_t count, loff_t *ppos)
{
	struct edu_dev *edu = file->private_data;
	u32 value;

	if (count != sizeof(value))
		return -EINVAL;
	if (copy_from_user(&value, buf, sizeof(value)))
		return -EFAULT;
	iowrite32(value, edu->mmio + REG_LIVE);
	return sizeof(value);
}

static long edu_factorial(struct edu_dev *edu, u32 __user *argp)
{
	u32 value;

	if (get_user(value, argp))
		return -EFAULT;
	if (mutex_lock_interruptible(&edu->lock))
		return -ERESTARTSYS;
	edu->irq_seen = 0;
	iowrite32(0x80, edu->mmio + REG_STATUS);
	iowrite32(value, edu->mmio + REG_FACT);
	if (wait_event_interruptible(edu->wq, edu->irq_seen & 1)) {
		mutex_unlock(&edu->lock);
		return -ERESTARTSYS;
	}
	value = ioread32(edu->mmio + REG_FACT);
	mutex_unlock(&edu->lock);
	return put_user(value, argp);
}

static long edu_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct edu_dev *edu = file->private_data;

	switch (cmd) {
	case EDU_IOC_IDENT:
		return put_user(ioread32(edu->mmio + REG_ID), (u32 __user *)arg);
	case EDU_IOC_FACT:
		return edu_factorial(edu, (u32 __user *)arg);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations edu_fops = {
	.owner = THIS_MODULE,
	.open = edu_open,
	.release = edu_release,
	.read = edu_read,
	.write = edu_write,
	.unlocked_ioctl = edu_ioctl,
	.llseek = default_llseek,
};

static int edu_make_node(struct edu_dev *edu)
{
	struct device *node;
	int ret;

	ret = alloc_chrdev_region(&edu->devt, 0, 1, DRV_NAME);
	if (ret)
		return ret;
	cdev_init(&edu->cdev, &edu_fops);
	edu->cdev.owner = THIS_MODULE;
	ret = cdev_add(&edu->cdev, edu->devt, 1);
	if (ret)
		goto err_region;
	edu->class = class_create(THIS_MODULE, DRV_NAME);
	if (IS_ERR(edu->class)) {
		ret = PTR_ERR(edu->class);
		goto err_cdev;
	}
	node = device_create(edu->class, &edu->pdev->dev, edu->devt, NULL, "edu%d", 0);
	if (!IS_ERR(node))
		return 0;
	ret = PTR_ERR(node);
	class_destroy(edu->class);
err_cdev:
	cdev_del(&edu->cdev);
err_region:
	unregister_chrdev_region(edu->devt, 1);
	return ret;
}

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct edu_dev *edu;
	int ret;

	edu = kzalloc(sizeof(*edu), GFP_KERNEL);
	if (!edu)
		return -ENOMEM;
	edu->pdev = pdev;
	init_waitqueue_head(&edu->wq);
	mutex_init(&edu->lock);
	pci_set_drvdata(pdev, edu);
	ret = pci_enable_device(pdev);
	if (ret)
		goto err_free;
	ret = pci_request_regions(pdev, DRV_NAME);
	if (ret)
		goto err_disable;
	edu->mmio = pci_iomap(pdev, 0, pci_resource_len(pdev, 0));
	if (!edu->mmio) {
		ret = -ENOMEM;
		goto err_regions;
	}
	ret = request_irq(pdev->irq, edu_irq, IRQF_SHARED, DRV_NAME, edu);
	if (ret)
		goto err_unmap;
	ret = edu_make_node(edu);
	if (ret)
		goto err_irq;
	dev_info(&pdev->dev, "identification 0x%08x, irq %u, BAR0 %pR\n", ioread32(edu->mmio + REG_ID), pdev->irq,
		 &pdev->resource[0]);
	return 0;

err_irq:
	free_irq(pdev->irq, edu);
err_unmap:
	pci_iounmap(pdev, edu->mmio);
err_regions:
	pci_release_regions(pdev);
err_disable:
	pci_disable_device(pdev);
err_free:
	kfree(edu);
	return ret;
}

static void edu_remove(struct pci_dev *pdev)
{
	struct edu_dev *edu = pci_get_drvdata(pdev);

	device_destroy(edu->class, edu->devt);
	class_destroy(edu->class);
	cdev_del(&edu->cdev);
	unregister_chrdev_region(edu->devt, 1);
	free_irq(pdev->irq, edu);
	pci_iounmap(pdev, edu->mmio);
	pci_release_regions(pdev);
	pci_disable_device(pdev);
	kfree(edu);
}

static const struct pci_device_id edu_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8) },
	{ 0, }
};
MODULE_DEVICE_TABLE(pci, edu_ids);

static struct pci_driver edu_driver = {
	.name = DRV_NAME,
	.id_table = edu_ids,
	.probe = edu_probe,
	.remove = edu_remove,
};

static int __init edu_init(void)
{
	return pci_register_driver(&edu_driver);
}

static void __exit edu_exit(void)
{
	pci_unregister_driver(&edu_driver);
}

module_init(edu_init);
module_exit(edu_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("dmalab");
MODULE_DESCRIPTION("edu as a character device");
