// SPDX-License-Identifier: GPL-2.0-only
/* Waits without sleeping: for time, for the clock's ticks, for a timer, and for a device's bit. */
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/timer.h>

#define REG_FACTORIAL 0x08
#define REG_STATUS 0x20

static int fired;

static void on_timer(struct timer_list *timer)
{
	WRITE_ONCE(fired, 1);
}

static DEFINE_TIMER(timer, on_timer);

static int spins_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	unsigned long end = jiffies + HZ;
	ktime_t start = ktime_get();
	void __iomem *regs;
	int error = pcim_enable_device(pdev);

	if (!error)
		error = pcim_iomap_regions(pdev, BIT(0), "spins");
	if (error)
		return error;
	regs = pcim_iomap_table(pdev)[0];
	mdelay(2000);
	while (time_before(jiffies, end + 3 * HZ))
		cpu_relax();
	mod_timer(&timer, jiffies + HZ / 2);
	while (!READ_ONCE(fired))
		cpu_relax();
	writel(10, regs + REG_FACTORIAL);
	while (readl(regs + REG_STATUS) & 1)
		cpu_relax();
	dev_info(&pdev->dev, "%lld s, 10! = %u\n", ktime_to_ms(ktime_sub(ktime_get(), start)) / 1000,
		 readl(regs + REG_FACTORIAL));
	return 0;
}

static const struct pci_device_id spins_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, { } };
MODULE_DEVICE_TABLE(pci, spins_ids);

static struct pci_driver spins_driver = { .name = "spins", .id_table = spins_ids, .probe = spins_probe };
module_pci_driver(spins_driver);
MODULE_LICENSE("GPL");
