// SPDX-License-Identifier: GPL-2.0-only
/*
 * When the last blink is done the timer's own function calls the driver's stop, which waits until that function ends.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/timer.h>

struct blinker {
	void __iomem *regs;
	struct timer_list timer;
	int left;
};

static void blinker_off(struct blinker *blinker)
{
	writel(0, blinker->regs + 4);
}

static void blinker_stop(struct blinker *blinker)
{
	del_timer_sync(&blinker->timer); /* BUG: timer */
	blinker_off(blinker);
}

static void blinker_tick(struct timer_list *timer)
{
	struct blinker *blinker = from_timer(blinker, timer, timer);

	writel(blinker->left, blinker->regs + 4);
	if (--blinker->left > 0) {
		mod_timer(timer, jiffies + 2);
		return;
	}
#ifndef FIXED
	blinker_stop(blinker);
#else
	blinker_off(blinker);
#endif
}

static int blinker_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct blinker *blinker = devm_kzalloc(&pdev->dev, sizeof(*blinker), GFP_KERNEL);
	int err = pcim_enable_device(pdev);

	if (err || !blinker)
		return err ? err : -ENOMEM;
	blinker->regs = pcim_iomap(pdev, 0, 0);
	if (!blinker->regs)
		return -ENODEV;
	blinker->left = 3;
	timer_setup(&blinker->timer, blinker_tick, 0);
	mod_timer(&blinker->timer, jiffies + 1);
	pci_set_drvdata(pdev, blinker);
	return 0;
}

static void blinker_remove(struct pci_dev *pdev)
{
	blinker_stop(pci_get_drvdata(pdev));
}

static const struct pci_device_id blinker_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver blinker_driver = {
	.name = "blinker",
	.id_table = blinker_ids,
	.probe = blinker_probe,
	.remove = blinker_remove,
};
module_pci_driver(blinker_driver);
MODULE_LICENSE("GPL");
