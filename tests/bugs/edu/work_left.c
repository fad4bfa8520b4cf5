// SPDX-License-Identifier: GPL-2.0-only
/*
 * A delayed work queues itself again and again, and remove() does not cancel it: it runs after the module is gone.
 */
#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/workqueue.h>

static void gauge_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(gauge, gauge_work);
static unsigned int turns;

static void gauge_work(struct work_struct *work)
{
	turns++;
	schedule_delayed_work(&gauge, msecs_to_jiffies(100)); /* BUG: active-object */
}

static int gauge_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	schedule_delayed_work(&gauge, 0);
	return 0;
}

static void gauge_remove(struct pci_dev *pdev)
{
#ifdef FIXED
	cancel_delayed_work_sync(&gauge);
#endif
	dev_info(&pdev->dev, "%u turns\n", turns);
}

static const struct pci_device_id gauge_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver gauge_driver = {
	.name = "gauge",
	.id_table = gauge_ids,
	.probe = gauge_probe,
	.remove = gauge_remove,
};
module_pci_driver(gauge_driver);
MODULE_LICENSE("GPL");
