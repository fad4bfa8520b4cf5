// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each card has a file in the driver's folder under /proc; the last remove() removes the files, and not the folder.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

static struct proc_dir_entry *folder;

static int card_show(struct seq_file *seq, void *unused)
{
	seq_puts(seq, "up\n");
	return 0;
}

static int per_card_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	return proc_create_single(pci_name(pdev), 0444, folder, card_show) ? 0 : -ENOMEM;
}

static void per_card_remove(struct pci_dev *pdev)
{
	remove_proc_entry(pci_name(pdev), folder);
}

static const struct pci_device_id per_card_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver per_card_driver = {
	.name = "per_card_folder",
	.id_table = per_card_ids,
	.probe = per_card_probe,
	.remove = per_card_remove,
};

static int __init per_card_init(void)
{
	int err;

	folder = proc_mkdir("cards", NULL); /* BUG: leftover-proc-folder */
	if (!folder)
		return -ENOMEM;
	err = pci_register_driver(&per_card_driver);
	if (err)
		proc_remove(folder);
	return err;
}

static void __exit per_card_exit(void)
{
	pci_unregister_driver(&per_card_driver);
#ifdef FIXED
	proc_remove(folder);
#endif
}

module_init(per_card_init);
module_exit(per_card_exit);
MODULE_LICENSE("GPL");
