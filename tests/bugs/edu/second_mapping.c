// SPDX-License-Identifier: GPL-2.0-only
/*
 * Probe maps the registers once more to read the identification, and only the mapping that it keeps is ever undone.
 */
#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci.h>

static int identify(struct pci_dev *pdev)
{
	void __iomem *regs = ioremap(pci_resource_start(pdev, 0), 0x100); /* BUG: leftover-ioremap */
	u32 id;

	if (!regs)
		return -ENOMEM;
	id = readl(regs);
#ifdef FIXED
	iounmap(regs);
#endif
	return (id & 0xffff) == 0xed ? 0 : -ENODEV;
}

static int second_mapping_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs;
	int err = pci_enable_device(pdev);

	if (err)
		return err;
	err = pci_request_regions(pdev, "second_mapping");
	if (err)
		goto disable;
	err = identify(pdev);
	if (err)
		goto release;
	regs = pci_ioremap_bar(pdev, 0);
	if (!regs) {
		err = -ENOMEM;
		goto release;
	}
	pci_set_drvdata(pdev, (void __force *)regs);
	return 0;
release:
	pci_release_regions(pdev);
disable:
	pci_disable_device(pdev);
	return err;
}

static void second_mapping_remove(struct pci_dev *pdev)
{
	iounmap((void __iomem *)pci_get_drvdata(pdev));
	pci_release_regions(pdev);
	pci_disable_device(pdev);
}

static const struct pci_device_id second_mapping_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver second_mapping_driver = {
	.name = "second_mapping",
	.id_table = second_mapping_ids,
	.probe = second_mapping_probe,
	.remove = second_mapping_remove,
};
module_pci_driver(second_mapping_driver);
MODULE_LICENSE("GPL");
