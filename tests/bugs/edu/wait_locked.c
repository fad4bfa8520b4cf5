// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting for the factorial gives the processor up with schedule_timeout() while the spin lock is held.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/processor.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

static DEFINE_SPINLOCK(engine_lock);

static u32 factorial(void __iomem *regs, u32 n)
{
	u32 result;

	spin_lock(&engine_lock);
	writel(n, regs + 0x08);
	while (readl(regs + 0x20) & 1) {
#ifndef FIXED
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule_timeout(1); /* BUG: scheduling-while-atomic */
#else
		cpu_relax();
#endif
	}
	result = readl(regs + 0x08);
	spin_unlock(&engine_lock);
	return result;
}

static int engine_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	if (!regs)
		return -ENODEV;
	return factorial(regs, 6) == 720 ? 0 : -EIO;
}

static const struct pci_device_id engine_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver engine_driver = { .name = "engine", .id_table = engine_ids, .probe = engine_probe };
module_pci_driver(engine_driver);
MODULE_LICENSE("GPL");
