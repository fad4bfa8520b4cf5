// SPDX-License-Identifier: GPL-2.0-only
/*
 * An entry is allocated with GFP_KERNEL, which may sleep, while the list's spin lock is held.
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

struct sample {
	struct list_head list;
	u32 value;
};

static LIST_HEAD(samples);
static DEFINE_SPINLOCK(samples_lock);

static int add_sample(u32 value)
{
	struct sample *sample;
	unsigned long flags;

	spin_lock_irqsave(&samples_lock, flags);
#ifndef FIXED
	sample = kmalloc(sizeof(*sample), GFP_KERNEL); /* BUG: sleep-in-atomic */
#else
	sample = kmalloc(sizeof(*sample), GFP_ATOMIC);
#endif
	if (sample) {
		sample->value = value;
		list_add_tail(&sample->list, &samples);
	}
	spin_unlock_irqrestore(&samples_lock, flags);
	return sample ? 0 : -ENOMEM;
}

static int sampler_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	if (!regs)
		return -ENODEV;
	for (u32 i = 0; i < 4 && !err; i++) {
		writel(i, regs + 4);
		err = add_sample(readl(regs + 4));
	}
	return err;
}

static void sampler_remove(struct pci_dev *pdev)
{
	struct sample *sample, *next;

	list_for_each_entry_safe(sample, next, &samples, list) {
		list_del(&sample->list);
		kfree(sample);
	}
}

static const struct pci_device_id sampler_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver sampler_driver = {
	.name = "sampler",
	.id_table = sampler_ids,
	.probe = sampler_probe,
	.remove = sampler_remove,
};
module_pci_driver(sampler_driver);
MODULE_LICENSE("GPL");
