// SPDX-License-Identifier: GPL-2.0-only
/*
 * The watchdog timer of a card that hangs resets it, and destroys its pool, which may sleep, from there.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#define NIC_CONTROL 0x04
#define CONTROL_RESET 0x80000000

struct watched_nic {
	void __iomem *regs;
	struct dma_pool *pool;
	struct timer_list watchdog;
	struct work_struct reset;
};

static void drop_pool(struct watched_nic *nic)
{
	dma_pool_destroy(nic->pool);
	nic->pool = NULL;
}

static void reset_work(struct work_struct *work)
{
	drop_pool(container_of(work, struct watched_nic, reset));
}

static void watchdog_expired(struct timer_list *timer)
{
	struct watched_nic *nic = from_timer(nic, timer, watchdog);

	writel(CONTROL_RESET, nic->regs + NIC_CONTROL);
#ifndef FIXED
	drop_pool(nic); /* BUG: dma-pool-destroy-atomic */
#else
	schedule_work(&nic->reset);
#endif
}

static int watched_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct watched_nic *nic = devm_kzalloc(&pdev->dev, sizeof(*nic), GFP_KERNEL);

	if (!nic)
		return -ENOMEM;
	if (pcim_enable_device(pdev))
		return -ENODEV;
	nic->regs = pcim_iomap(pdev, 0, 0);
	nic->pool = dma_pool_create("reset_in_timer", &pdev->dev, 128, 16, 0);
	if (!nic->regs || !nic->pool)
		return -ENOMEM;
	timer_setup(&nic->watchdog, watchdog_expired, 0);
	INIT_WORK(&nic->reset, reset_work);
	pci_set_drvdata(pdev, nic);
	mod_timer(&nic->watchdog, jiffies + msecs_to_jiffies(10));
	msleep(50);
	return 0;
}

static void watched_remove(struct pci_dev *pdev)
{
	struct watched_nic *nic = pci_get_drvdata(pdev);

	del_timer_sync(&nic->watchdog);
	cancel_work_sync(&nic->reset);
	if (nic->pool)
		drop_pool(nic);
}

static const struct pci_device_id watched_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver watched_driver = {
	.name = "reset_in_timer",
	.id_table = watched_ids,
	.probe = watched_probe,
	.remove = watched_remove,
};
module_pci_driver(watched_driver);
MODULE_LICENSE("GPL");
