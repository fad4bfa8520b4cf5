// SPDX-License-Identifier: GPL-2.0-only
/* Work put off: a threaded handler, a work item, a delayed one, a tasklet, a timer; what ran is an attribute. */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

struct edu {
	void __iomem *mmio;
	struct work_struct work;
	struct delayed_work later;
	struct tasklet_struct tasklet;
	struct timer_list timer;
	struct workqueue_struct *queue;
	atomic_t threaded, worked, delayed, tasked, ticked;
};

static irqreturn_t edu_hard(int irq, void *data)
{
	struct edu *edu = data;
	u32 status = ioread32(edu->mmio + 0x24);

	if (!status)
		return IRQ_NONE;
	iowrite32(status, edu->mmio + 0x64);
	tasklet_schedule(&edu->tasklet);
	return IRQ_WAKE_THREAD;
}

static irqreturn_t edu_thread(int irq, void *data)
{
	struct edu *edu = data;

	msleep(1);
	atomic_inc(&edu->threaded);
	queue_work(edu->queue, &edu->work);
	schedule_delayed_work(&edu->later, msecs_to_jiffies(8));
	return IRQ_HANDLED;
}

static void edu_work(struct work_struct *work)
{
	struct edu *edu = container_of(work, struct edu, work);

	atomic_inc(&edu->worked);
	mod_timer(&edu->timer, jiffies + 1);
}

static void edu_later(struct work_struct *work)
{
	struct edu *edu = container_of(to_delayed_work(work), struct edu, later);

	atomic_inc(&edu->delayed);
}

static void edu_tasklet(struct tasklet_struct *tasklet)
{
	struct edu *edu = from_tasklet(edu, tasklet, tasklet);

	atomic_inc(&edu->tasked);
}

static void edu_tick(struct timer_list *timer)
{
	struct edu *edu = from_timer(edu, timer, timer);

	atomic_inc(&edu->ticked);
}

static ssize_t counts_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct edu *edu = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%d %d %d %d %d\n", atomic_read(&edu->threaded), atomic_read(&edu->worked),
			  atomic_read(&edu->delayed), atomic_read(&edu->tasked), atomic_read(&edu->ticked));
}
static DEVICE_ATTR_RO(counts);

static ssize_t raise_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	struct edu *edu = dev_get_drvdata(dev);

	iowrite32(1, edu->mmio + 0x60);
	return count;
}
static DEVICE_ATTR_WO(raise);

static struct attribute *edu_attrs[] = { &dev_attr_counts.attr, &dev_attr_raise.attr, NULL };
ATTRIBUTE_GROUPS(edu);

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct edu *edu = devm_kzalloc(&pdev->dev, sizeof(*edu), GFP_KERNEL);
	int err;

	if (!edu)
		return -ENOMEM;
	err = pcim_enable_device(pdev);
	if (err)
		return err;
	edu->mmio = pcim_iomap(pdev, 0, 0);
	edu->queue = alloc_workqueue("edu", WQ_UNBOUND, 1);
	if (!edu->mmio || !edu->queue)
		return -ENOMEM;
	INIT_WORK(&edu->work, edu_work);
	INIT_DELAYED_WORK(&edu->later, edu_later);
	tasklet_setup(&edu->tasklet, edu_tasklet);
	timer_setup(&edu->timer, edu_tick, 0);
	pci_set_drvdata(pdev, edu);
	err = devm_request_threaded_irq(&pdev->dev, pdev->irq, edu_hard, edu_thread, IRQF_SHARED, "edu", edu);
	if (err)
		destroy_workqueue(edu->queue);
	return err;
}

static void edu_remove(struct pci_dev *pdev)
{
	struct edu *edu = pci_get_drvdata(pdev);

	devm_free_irq(&pdev->dev, pdev->irq, edu);
	tasklet_kill(&edu->tasklet);
	cancel_delayed_work_sync(&edu->later);
	destroy_workqueue(edu->queue);
	del_timer_sync(&edu->timer);
}

static const struct pci_device_id ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
MODULE_DEVICE_TABLE(pci, ids);
static struct pci_driver driver = {
	.name = "edu_deferred", .id_table = ids, .probe = edu_probe, .remove = edu_remove, .dev_groups = edu_groups,
};
module_pci_driver(driver);
MODULE_LICENSE("GPL");
