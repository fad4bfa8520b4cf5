// SPDX-License-Identifier: GPL-2.0-only
/*
 * The large table comes from vmalloc(), and remove() only clears the pointer to it.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#define ENTRIES 8192

struct translator {
	u32 *table;
	void __iomem *regs;
};

static int translator_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct translator *translator = devm_kzalloc(&pdev->dev, sizeof(*translator), GFP_KERNEL);
	int err = pcim_enable_device(pdev);

	if (err || !translator)
		return err ? err : -ENOMEM;
	translator->regs = pcim_iomap(pdev, 0, 0);
	if (!translator->regs)
		return -ENODEV;
	translator->table = vmalloc(ENTRIES * sizeof(*translator->table)); /* BUG: leftover-vmalloc */
	if (!translator->table)
		return -ENOMEM;
	for (int i = 0; i < ENTRIES; i += 1024)
		translator->table[i] = readl(translator->regs);
	pci_set_drvdata(pdev, translator);
	return 0;
}

static void translator_remove(struct pci_dev *pdev)
{
	struct translator *translator = pci_get_drvdata(pdev);

#ifdef FIXED
	vfree(translator->table);
#endif
	translator->table = NULL;
}

static const struct pci_device_id translator_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver translator_driver = {
	.name = "table_kept",
	.id_table = translator_ids,
	.probe = translator_probe,
	.remove = translator_remove,
};
module_pci_driver(translator_driver);
MODULE_LICENSE("GPL");
