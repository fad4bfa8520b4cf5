// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handler takes the same lock as read(), which holds it with interrupts on: one in between would wait for ever.
 */
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>

static DEFINE_SPINLOCK(events_lock);
static u32 events;
static void __iomem *regs;

static irqreturn_t events_irq(int irq, void *data)
{
	u32 causes = readl(regs + 0x24);

	if (!causes)
		return IRQ_NONE;
	writel(causes, regs + 0x64);
	spin_lock(&events_lock);
	events |= causes;
	spin_unlock(&events_lock);
	return IRQ_HANDLED;
}

static ssize_t events_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	u32 taken;

#ifndef FIXED
	spin_lock(&events_lock); /* BUG: lock-inversion */
	taken = events;
	events = 0;
	spin_unlock(&events_lock);
#else
	spin_lock_irq(&events_lock);
	taken = events;
	events = 0;
	spin_unlock_irq(&events_lock);
#endif
	if (count < sizeof(taken))
		return -EINVAL;
	return copy_to_user(buf, &taken, sizeof(taken)) ? -EFAULT : sizeof(taken);
}

static const struct file_operations events_fops = { .owner = THIS_MODULE, .read = events_read };
static struct miscdevice events_misc = { .minor = MISC_DYNAMIC_MINOR, .name = "events", .fops = &events_fops };

static int events_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	if (!regs)
		return -ENODEV;
	err = devm_request_irq(&pdev->dev, pdev->irq, events_irq, IRQF_SHARED, "events", pdev);
	if (err)
		return err;
	writel(4, regs + 0x60);
	return misc_register(&events_misc);
}

static void events_remove(struct pci_dev *pdev)
{
	misc_deregister(&events_misc);
}

static const struct pci_device_id events_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver events_driver = {
	.name = "events",
	.id_table = events_ids,
	.probe = events_probe,
	.remove = events_remove,
};
module_pci_driver(events_driver);
MODULE_LICENSE("GPL");
