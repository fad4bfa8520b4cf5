// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pointer to the default settings is to a variable of a block that has ended when they are used.
 * needs: kasan
 */
#include <linux/module.h>
#include <linux/pci.h>

struct settings {
	u32 rate;
	u32 depth;
};

static noinline void fill(struct settings *settings, u32 id)
{
	settings->rate = id & 0xff;
	settings->depth = id >> 24;
}

static noinline int apply(void __iomem *regs, const struct settings *settings)
{
	writel(settings->rate, regs + 4); /* BUG: kasan-use-after-scope */
	return readl(regs + 4) == ~settings->rate ? 0 : -EIO;
}

static int settings_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	const struct settings *chosen = (const struct settings *)id->driver_data;
#ifdef FIXED
	struct settings defaults;
#endif
	void __iomem *regs;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	if (!regs)
		return -ENODEV;
	if (!chosen) {
#ifndef FIXED
		struct settings defaults;
#endif
		fill(&defaults, readl(regs));
		chosen = &defaults;
	}
	return apply(regs, chosen);
}

static const struct pci_device_id settings_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver settings_driver = {
	.name = "scope_left",
	.id_table = settings_ids,
	.probe = settings_probe,
};
module_pci_driver(settings_driver);
MODULE_LICENSE("GPL");
