// SPDX-License-Identifier: GPL-2.0-only
/* edu as drivers were written for 2.6.24: register_chrdev, ioctl with an inode, masks by pci_*, no managed resources. */
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include <asm/io.h>
#include <asm/uaccess.h>

#define EDU_MAGIC 'e'
#define EDU_FACTORIAL _IOWR(EDU_MAGIC, 0, int)

static int major;
static struct class *edu_class;
static void __iomem *base;
static DECLARE_WAIT_QUEUE_HEAD(queue);
static volatile int fired;

static irqreturn_t edu_interrupt(int irq, void *dev_id)
{
	unsigned int status = readl(base + 0x24);

	if (!status)
		return IRQ_NONE;
	writel(status, base + 0x64);
	fired = 1;
	wake_up_interruptible(&queue);
	return IRQ_HANDLED;
}

static int edu_ioctl(struct inode *inode, struct file *file, unsigned int cmd, unsigned long arg)
{
	DEFINE_WAIT(wait);
	int value;

	if (_IOC_TYPE(cmd) != EDU_MAGIC)
		return -ENOTTY;
	if (!access_ok(VERIFY_WRITE, (void __user *)arg, sizeof(int)))
		return -EFAULT;
	if (__get_user(value, (int __user *)arg))
		return -EFAULT;
	fired = 0;
	writel(0x80, base + 0x20);
	writel(value, base + 0x08);
	for (;;) {
		prepare_to_wait(&queue, &wait, TASK_INTERRUPTIBLE);
		if (fired || signal_pending(current))
			break;
		schedule();
	}
	finish_wait(&queue, &wait);
	if (!fired)
		return -ERESTARTSYS;
	return __put_user((int)readl(base + 0x08), (int __user *)arg);
}

static int edu_open(struct inode *inode, struct file *filp)
{
	printk(KERN_DEBUG "edu: minor %d opened by %s\n", MINOR(filp->f_dentry->d_inode->i_rdev), current->comm);
	return 0;
}

static struct file_operations edu_fops = {
	.owner = THIS_MODULE,
	.open = edu_open,
	.ioctl = edu_ioctl,
};

static int __devinit edu_probe(struct pci_dev *dev, const struct pci_device_id *id)
{
	int err;

	if ((err = pci_enable_device(dev)))
		return err;
	if ((err = pci_request_regions(dev, "edu")))
		goto disable;
	pci_set_master(dev);
	err = pci_set_dma_mask(dev, DMA_28BIT_MASK);
	if (!err)
		err = pci_set_consistent_dma_mask(dev, DMA_28BIT_MASK);
	if (err)
		goto release;
	base = ioremap_nocache(pci_resource_start(dev, 0), pci_resource_len(dev, 0));
	if (!base) {
		err = -ENOMEM;
		goto release;
	}
	if ((err = request_irq(dev->irq, edu_interrupt, IRQF_SHARED, "edu", dev)))
		goto unmap;
	printk(KERN_INFO "edu: at %#lx, irq %d\n", (unsigned long)pci_resource_start(dev, 0), dev->irq);
	return 0;
unmap:
	iounmap(base);
release:
	pci_release_regions(dev);
disable:
	pci_disable_device(dev);
	return err;
}

static void __devexit edu_remove(struct pci_dev *dev)
{
	free_irq(dev->irq, dev);
	iounmap(base);
	pci_release_regions(dev);
	pci_disable_device(dev);
}

static struct pci_device_id edu_ids[] = {
	{ 0x1234, 0x11e8, PCI_ANY_ID, PCI_ANY_ID, 0, 0, 0 },
	{ 0, }
};
MODULE_DEVICE_TABLE(pci, edu_ids);

static struct pci_driver edu_driver = {
	.name = "edu",
	.id_table = edu_ids,
	.probe = edu_probe,
	.remove = __devexit_p(edu_remove),
};

static int __init edu_init(void)
{
	int err;

	major = register_chrdev(0, "edu", &edu_fops);
	if (major < 0)
		return major;
	edu_class = class_create(THIS_MODULE, "edu");
	if (IS_ERR(edu_class)) {
		unregister_chrdev(major, "edu");
		return PTR_ERR(edu_class);
	}
	device_create(edu_class, NULL, MKDEV(major, 0), "edu%d", 0);
	err = pci_register_driver(&edu_driver);
	if (err) {
		device_destroy(edu_class, MKDEV(major, 0));
		class_destroy(edu_class);
		unregister_chrdev(major, "edu");
	}
	return err;
}

static void __exit edu_exit(void)
{
	pci_unregister_driver(&edu_driver);
	device_destroy(edu_class, MKDEV(major, 0));
	class_destroy(edu_class);
	unregister_chrdev(major, "edu");
}

module_init(edu_init);
module_exit(edu_exit);
MODULE_LICENSE("GPL");
