// SPDX-License-Identifier: GPL-2.0-only
/*
 * The second device of a card may have no configuration, and its pointer is followed before it is looked at.
 * needs: kasan
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

struct config {
	u32 flags;
	u32 speed;
};

struct unit {
	void __iomem *regs;
	const struct config *config;
};

static const struct config fast = { 1, 100 };

static const struct config *find_config(u32 id)
{
	return (id & 0xff) == 0xee ? &fast : NULL;
}

static int set_speed(struct unit *unit)
{
	u32 speed;

#ifdef FIXED
	if (!unit->config)
		return 0;
#endif
	speed = READ_ONCE(unit->config->speed); /* BUG: kasan-null-ptr-deref */
	writel(speed, unit->regs + 4);
	return 0;
}

static int unit_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct unit *unit = devm_kzalloc(&pdev->dev, sizeof(*unit), GFP_KERNEL);
	int err = pcim_enable_device(pdev);

	if (err || !unit)
		return err ? err : -ENOMEM;
	unit->regs = pcim_iomap(pdev, 0, 0);
	if (!unit->regs)
		return -ENODEV;
	unit->config = find_config(readl(unit->regs));
	return set_speed(unit);
}

static const struct pci_device_id unit_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver unit_driver = { .name = "null_config", .id_table = unit_ids, .probe = unit_probe };
module_pci_driver(unit_driver);
MODULE_LICENSE("GPL");
