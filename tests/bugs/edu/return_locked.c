// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tick returns early where the device has nothing to say, and keeps the lock that it has taken above.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

struct poller {
	void __iomem *regs;
	spinlock_t lock;
	struct timer_list timer;
	u32 seen;
};

static void poller_tick(struct timer_list *timer)
{
	struct poller *poller = from_timer(poller, timer, timer);

	spin_lock(&poller->lock); /* BUG: preempt-imbalance */
	if (!readl(poller->regs + 0x24)) {
#ifdef FIXED
		spin_unlock(&poller->lock);
#endif
		return;
	}
	poller->seen++;
	spin_unlock(&poller->lock);
	mod_timer(timer, jiffies + HZ / 10);
}

static int poller_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct poller *poller = devm_kzalloc(&pdev->dev, sizeof(*poller), GFP_KERNEL);
	int err = pcim_enable_device(pdev);

	if (err || !poller)
		return err ? err : -ENOMEM;
	poller->regs = pcim_iomap(pdev, 0, 0);
	if (!poller->regs)
		return -ENODEV;
	spin_lock_init(&poller->lock);
	timer_setup(&poller->timer, poller_tick, 0);
	mod_timer(&poller->timer, jiffies + 2);
	pci_set_drvdata(pdev, poller);
	return 0;
}

static void poller_remove(struct pci_dev *pdev)
{
	struct poller *poller = pci_get_drvdata(pdev);

	del_timer_sync(&poller->timer);
}

static const struct pci_device_id poller_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver poller_driver = {
	.name = "poller",
	.id_table = poller_ids,
	.probe = poller_probe,
	.remove = poller_remove,
};
module_pci_driver(poller_driver);
MODULE_LICENSE("GPL");
