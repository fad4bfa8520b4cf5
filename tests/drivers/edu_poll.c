// SPDX-License-Identifier: GPL-2.0-only
/* Readiness: edu raises an interrupt by itself, which makes a device readable and adds to an event counter. */
#include <linux/eventfd.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/poll.h>
#include <linux/spinlock.h>

static void __iomem *mmio;
static DECLARE_WAIT_QUEUE_HEAD(readers);
static DEFINE_SPINLOCK(lock);
static struct eventfd_ctx *counter;
static u32 seen;

static irqreturn_t edu_irq(int irq, void *data)
{
	u32 status = ioread32(mmio + 0x24);

	if (!status)
		return IRQ_NONE;
	iowrite32(status, mmio + 0x64);
	spin_lock(&lock);
	seen |= status;
	spin_unlock(&lock);
	wake_up_interruptible(&readers);
	if (counter)
		eventfd_signal(counter, 1);
	return IRQ_HANDLED;
}

static u32 take(void)
{
	unsigned long flags;
	u32 taken;

	spin_lock_irqsave(&lock, flags);
	taken = seen;
	seen = 0;
	spin_unlock_irqrestore(&lock, flags);
	return taken;
}

static ssize_t edu_read(struct file *file, char __user *buf, size_t count, loff_t *at)
{
	u32 value;

	if (count != sizeof(value))
		return -EINVAL;
	while (!(value = take())) {
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(readers, READ_ONCE(seen)))
			return -ERESTARTSYS;
	}
	return put_user(value, (u32 __user *)buf) ? -EFAULT : sizeof(value);
}

/* What is written is raised. */
static ssize_t edu_write(struct file *file, const char __user *buf, size_t count, loff_t *at)
{
	u32 value;

	if (count != sizeof(value))
		return -EINVAL;
	if (get_user(value, (const u32 __user *)buf))
		return -EFAULT;
	iowrite32(value, mmio + 0x60);
	return sizeof(value);
}

static __poll_t edu_poll(struct file *file, poll_table *table)
{
	poll_wait(file, &readers, table);
	return (READ_ONCE(seen) ? EPOLLIN | EPOLLRDNORM : 0) | EPOLLOUT;
}

static long edu_ioctl(struct file *file, unsigned int cmd, unsigned long fd)
{
	struct eventfd_ctx *ctx = eventfd_ctx_fdget(fd);

	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	if (counter)
		eventfd_ctx_put(counter);
	counter = ctx;
	return 0;
}

static const struct file_operations fops = {
	.owner = THIS_MODULE, .read = edu_read, .write = edu_write, .poll = edu_poll, .open = stream_open,
	.unlocked_ioctl = edu_ioctl,
};
static struct miscdevice misc = { MISC_DYNAMIC_MINOR, "edu_poll", &fops };

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (!err)
		err = pcim_iomap_regions_request_all(pdev, 1 << 0, "edu_poll");
	if (err)
		return err;
	mmio = pcim_iomap_table(pdev)[0];
	err = devm_request_irq(&pdev->dev, pdev->irq, edu_irq, IRQF_SHARED, "edu_poll", pdev);
	return err ? err : misc_register(&misc);
}

static void edu_remove(struct pci_dev *pdev)
{
	misc_deregister(&misc);
	if (counter)
		eventfd_ctx_put(counter);
}

static const struct pci_device_id ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
MODULE_DEVICE_TABLE(pci, ids);
static struct pci_driver driver = { .name = "edu_poll", .id_table = ids, .probe = edu_probe, .remove = edu_remove };
module_pci_driver(driver);
MODULE_LICENSE("GPL");
