// SPDX-License-Identifier: GPL-2.0-only
/*
 * A helper frees the table when the device refuses it, and so does its caller, who sees the error.
 * needs: kasan
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define ENTRIES 32

static int load_table(void __iomem *regs, u32 *table)
{
	for (int i = 0; i < ENTRIES; i++)
		writel(table[i], regs + 4);
	if (readl(regs + 4) != table[0]) {	/* it gives back the complement */
#ifndef FIXED
		kfree(table);
#endif
		return -EIO;
	}
	return 0;
}

static ssize_t reload_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	u32 *table = kcalloc(ENTRIES, sizeof(*table), GFP_KERNEL);
	int err;

	if (!table)
		return -ENOMEM;
	table[0] = count;
	err = load_table(dev_get_drvdata(dev), table);
	if (err)
		dev_dbg(dev, "the table was refused: %d\n", err);
	kfree(table); /* BUG: kasan-double-free */
	return err ? err : count;
}
static DEVICE_ATTR_WO(reload);

static int table_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	if (!regs)
		return -ENODEV;
	pci_set_drvdata(pdev, (void __force *)regs);
	return device_create_file(&pdev->dev, &dev_attr_reload);
}

static void table_remove(struct pci_dev *pdev)
{
	device_remove_file(&pdev->dev, &dev_attr_reload);
}

static const struct pci_device_id table_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver table_driver = {
	.name = "table",
	.id_table = table_ids,
	.probe = table_probe,
	.remove = table_remove,
};
module_pci_driver(table_driver);
MODULE_LICENSE("GPL");
