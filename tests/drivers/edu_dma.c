// SPDX-License-Identifier: GPL-2.0-only
/* edu's DMA engine with a coherent buffer: what is written goes to the device and comes back. */
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#define DEVICE_BUFFER 0x40000
#define BUFFER_SIZE 4096
#define REG_IRQ_STATUS 0x24
#define REG_IRQ_ACK 0x64
#define REG_DMA_SRC 0x80
#define REG_DMA_DST 0x88
#define REG_DMA_COUNT 0x90
#define REG_DMA_CMD 0x98
#define CMD_RUN 1
#define CMD_TO_RAM 2
#define CMD_IRQ 4

struct edu_dma {
	struct pci_dev *pdev;
	void __iomem *bar;
	void *cpu;
	dma_addr_t bus;
	struct mutex lock;
	wait_queue_head_t wait;
	bool finished;
	struct cdev cdev;
	dev_t devno;
};

static struct class *edu_class;

static irqreturn_t handler(int irq, void *dev)
{
	struct edu_dma *edu = dev;
	u32 status = ioread32(edu->bar + REG_IRQ_STATUS);

	if (!(status & 0x100))
		return IRQ_NONE;
	iowrite32(status, edu->bar + REG_IRQ_ACK);
	WRITE_ONCE(edu->finished, true);
	wake_up_interruptible(&edu->wait);
	return IRQ_HANDLED;
}

static int transfer(struct edu_dma *edu, u64 src, u64 dst, size_t count, u32 direction)
{
	long left;

	edu->finished = false;
	writeq(src, edu->bar + REG_DMA_SRC);
	writeq(dst, edu->bar + REG_DMA_DST);
	writeq(count, edu->bar + REG_DMA_COUNT);
	writeq(CMD_RUN | CMD_IRQ | direction, edu->bar + REG_DMA_CMD);
	left = wait_event_interruptible_timeout(edu->wait, READ_ONCE(edu->finished), 2 * HZ);
	if (left < 0)
		return left;
	return left ? 0 : -ETIMEDOUT;
}

static int edu_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(inode->i_cdev, struct edu_dma, cdev);
	return nonseekable_open(inode, file);
}

static ssize_t edu_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct edu_dma *edu = file->private_data;
	ssize_t ret;

	count = min_t(size_t, count, BUFFER_SIZE);
	if (mutex_lock_interruptible(&edu->lock))
		return -ERESTARTSYS;
	if (copy_from_user(edu->cpu, buf, count))
		ret = -EFAULT;
	else
		ret = transfer(edu, edu->bus, DEVICE_BUFFER, count, 0);
	mutex_unlock(&edu->lock);
	return ret ? ret : count;
}

static ssize_t edu_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct edu_dma *edu = file->private_data;
	ssize_t ret;

	count = min_t(size_t, count, BUFFER_SIZE);
	if (mutex_lock_interruptible(&edu->lock))
		return -ERESTARTSYS;
	memset(edu->cpu, 0, BUFFER_SIZE);
	ret = transfer(edu, DEVICE_BUFFER, edu->bus, count, CMD_TO_RAM);
	if (!ret && copy_to_user(buf, edu->cpu, count))
		ret = -EFAULT;
	mutex_unlock(&edu->lock);
	return ret ? ret : count;
}

static const struct file_operations fops = {
	.owner = THIS_MODULE,
	.open = edu_open,
	.read = edu_read,
	.write = edu_write,
};

static int probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct edu_dma *edu = kzalloc(sizeof(*edu), GFP_KERNEL);
	int err = -ENOMEM;

	if (!edu)
		return err;
	edu->pdev = pdev;
	mutex_init(&edu->lock);
	init_waitqueue_head(&edu->wait);
	if ((err = pci_enable_device_mem(pdev)))
		goto fail_free;
	if ((err = pci_request_region(pdev, 0, "edu_dma")))
		goto fail_disable;
	pci_set_master(pdev);
	if ((err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(28))))
		goto fail_region;
	edu->bar = pci_ioremap_bar(pdev, 0);
	err = -ENODEV;
	if (!edu->bar)
		goto fail_region;
	edu->cpu = dma_alloc_coherent(&pdev->dev, BUFFER_SIZE, &edu->bus, GFP_KERNEL);
	err = -ENOMEM;
	if (!edu->cpu)
		goto fail_map;
	if ((err = request_irq(pdev->irq, handler, IRQF_SHARED, "edu_dma", edu)))
		goto fail_dma;
	if ((err = alloc_chrdev_region(&edu->devno, 0, 1, "edu_dma")))
		goto fail_irq;
	cdev_init(&edu->cdev, &fops);
	edu->cdev.owner = THIS_MODULE;
	if ((err = cdev_add(&edu->cdev, edu->devno, 1)))
		goto fail_number;
	device_create(edu_class, &pdev->dev, edu->devno, edu, "edu_dma");
	pci_set_drvdata(pdev, edu);
	dev_info(&pdev->dev, "buffer at %pad\n", &edu->bus);
	return 0;

fail_number:
	unregister_chrdev_region(edu->devno, 1);
fail_irq:
	free_irq(pdev->irq, edu);
fail_dma:
	dma_free_coherent(&pdev->dev, BUFFER_SIZE, edu->cpu, edu->bus);
fail_map:
	iounmap(edu->bar);
fail_region:
	pci_release_region(pdev, 0);
fail_disable:
	pci_disable_device(pdev);
fail_free:
	kfree(edu);
	return err;
}

static void remove(struct pci_dev *pdev)
{
	struct edu_dma *edu = pci_get_drvdata(pdev);

	device_destroy(edu_class, edu->devno);
	cdev_del(&edu->cdev);
	unregister_chrdev_region(edu->devno, 1);
	free_irq(pdev->irq, edu);
	dma_free_coherent(&pdev->dev, BUFFER_SIZE, edu->cpu, edu->bus);
	iounmap(edu->bar);
	pci_clear_master(pdev);
	pci_release_region(pdev, 0);
	pci_disable_device(pdev);
	kfree(edu);
}

static struct pci_device_id ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8), },
	{ 0, }
};
MODULE_DEVICE_TABLE(pci, ids);

static struct pci_driver driver = {
	.name = "edu_dma",
	.id_table = ids,
	.probe = probe,
	.remove = remove,
};

static int __init init(void)
{
	int err;

	edu_class = class_create(THIS_MODULE, "edu_dma");
	if (IS_ERR(edu_class))
		return PTR_ERR(edu_class);
	err = pci_register_driver(&driver);
	if (err)
		class_destroy(edu_class);
	return err;
}

static void __exit fini(void)
{
	pci_unregister_driver(&driver);
	class_destroy(edu_class);
}

module_init(init);
module_exit(fini);
MODULE_LICENSE("Dual BSD/GPL");
