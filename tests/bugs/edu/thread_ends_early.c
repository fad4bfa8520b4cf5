// SPDX-License-Identifier: GPL-2.0-only
/*
 * The polling thread returns when the device is silent, and remove() stops it as if it were still there.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

struct listener {
	void __iomem *regs;
	struct task_struct *task;
};

static int listener_thread(void *data)
{
	struct listener *listener = data;

	while (!kthread_should_stop()) {
#ifndef FIXED
		if (!readl(listener->regs + 0x24))
			return -ENODATA;
#else
		if (!readl(listener->regs + 0x24))
			msleep_interruptible(20);
#endif
		msleep_interruptible(5);
	}
	return 0;
}

static int listener_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct listener *listener = devm_kzalloc(&pdev->dev, sizeof(*listener), GFP_KERNEL);
	int err = pcim_enable_device(pdev);

	if (err || !listener)
		return err ? err : -ENOMEM;
	listener->regs = pcim_iomap(pdev, 0, 0);
	if (!listener->regs)
		return -ENODEV;
	listener->task = kthread_run(listener_thread, listener, "listener");
	if (IS_ERR(listener->task))
		return PTR_ERR(listener->task);
	pci_set_drvdata(pdev, listener);
	msleep(10);
	return 0;
}

static void listener_remove(struct pci_dev *pdev)
{
	struct listener *listener = pci_get_drvdata(pdev);

	kthread_stop(listener->task); /* BUG: kthread */
}

static const struct pci_device_id listener_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver listener_driver = {
	.name = "listener",
	.id_table = listener_ids,
	.probe = listener_probe,
	.remove = listener_remove,
};
module_pci_driver(listener_driver);
MODULE_LICENSE("GPL");
