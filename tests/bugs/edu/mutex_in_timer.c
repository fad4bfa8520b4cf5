// SPDX-License-Identifier: GPL-2.0-only
/*
 * A watchdog's timer takes the mutex that protects the device; timers run where nobody may sleep.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

struct watchdog {
	void __iomem *regs;
	struct mutex lock;
	struct timer_list timer;
	struct work_struct work;
	u32 last;
};

static void watchdog_look(struct watchdog *watchdog)
{
	mutex_lock(&watchdog->lock); /* BUG: sleep-in-atomic */
	watchdog->last = readl(watchdog->regs + 0x20);
	mutex_unlock(&watchdog->lock);
}

static void watchdog_work(struct work_struct *work)
{
	watchdog_look(container_of(work, struct watchdog, work));
}

static void watchdog_timer(struct timer_list *timer)
{
	struct watchdog *watchdog = from_timer(watchdog, timer, timer);

#ifndef FIXED
	watchdog_look(watchdog);
#else
	schedule_work(&watchdog->work);
#endif
	mod_timer(timer, jiffies + msecs_to_jiffies(50));
}

static int watchdog_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct watchdog *watchdog = devm_kzalloc(&pdev->dev, sizeof(*watchdog), GFP_KERNEL);
	int err = pcim_enable_device(pdev);

	if (err || !watchdog)
		return err ? err : -ENOMEM;
	watchdog->regs = pcim_iomap(pdev, 0, 0);
	if (!watchdog->regs)
		return -ENODEV;
	mutex_init(&watchdog->lock);
	INIT_WORK(&watchdog->work, watchdog_work);
	timer_setup(&watchdog->timer, watchdog_timer, 0);
	mod_timer(&watchdog->timer, jiffies + 1);
	pci_set_drvdata(pdev, watchdog);
	return 0;
}

static void watchdog_remove(struct pci_dev *pdev)
{
	struct watchdog *watchdog = pci_get_drvdata(pdev);

	del_timer_sync(&watchdog->timer);
	cancel_work_sync(&watchdog->work);
}

static const struct pci_device_id watchdog_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver watchdog_driver = {
	.name = "watchdog",
	.id_table = watchdog_ids,
	.probe = watchdog_probe,
	.remove = watchdog_remove,
};
module_pci_driver(watchdog_driver);
MODULE_LICENSE("GPL");
