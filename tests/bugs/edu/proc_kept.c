// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file in /proc is made in init and nobody removes it: reading it later runs code that is gone.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

static unsigned int found;

static int found_show(struct seq_file *file, void *data)
{
	seq_printf(file, "%u\n", found);
	return 0;
}

static int found_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	found++;
	return pcim_enable_device(pdev);
}

static const struct pci_device_id found_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver found_driver = { .name = "proc_kept", .id_table = found_ids, .probe = found_probe };

static int __init found_init(void)
{
	int err = pci_register_driver(&found_driver);

	if (err)
		return err;
	if (!proc_create_single("edu_found", 0444, NULL, found_show)) { /* BUG: leftover-proc-file */
		pci_unregister_driver(&found_driver);
		return -ENOMEM;
	}
	return 0;
}

static void __exit found_exit(void)
{
#ifdef FIXED
	remove_proc_entry("edu_found", NULL);
#endif
	pci_unregister_driver(&found_driver);
}

module_init(found_init);
module_exit(found_exit);
MODULE_LICENSE("GPL");
