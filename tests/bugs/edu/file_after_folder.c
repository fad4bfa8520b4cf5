// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module exit removes the folder in debugfs with all that is in it, and then the device, which removes its file again.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/pci.h>

static struct dentry *folder, *file;
static void __iomem *regs;

static int ident_get(void *data, u64 *value)
{
	*value = readl(regs);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(ident_fops, ident_get, NULL, "0x%08llx\n");

static int meter_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	if (!regs)
		return -ENOMEM;
	file = debugfs_create_file("ident", 0444, folder, NULL, &ident_fops);
	return 0;
}

static void meter_remove(struct pci_dev *pdev)
{
	debugfs_remove(file); /* BUG: warning */
}

static const struct pci_device_id meter_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver meter_driver = {
	.name = "meter",
	.id_table = meter_ids,
	.probe = meter_probe,
	.remove = meter_remove,
};

static int __init meter_init(void)
{
	folder = debugfs_create_dir("meter", NULL);
	return pci_register_driver(&meter_driver);
}

static void __exit meter_exit(void)
{
#ifdef FIXED
	pci_unregister_driver(&meter_driver);
	debugfs_remove_recursive(folder);
#else
	debugfs_remove_recursive(folder);
	pci_unregister_driver(&meter_driver);
#endif
}

module_init(meter_init);
module_exit(meter_exit);
MODULE_LICENSE("GPL");
