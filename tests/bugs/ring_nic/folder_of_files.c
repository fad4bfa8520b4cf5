// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registers are shown in a folder of debugfs, of which remove() removes the file only.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#define REGISTERS 0x6c

struct shown_nic {
	void __iomem *regs;
	struct dentry *folder, *file;
};

static int registers_show(struct seq_file *seq, void *unused)
{
	struct shown_nic *nic = seq->private;

	for (unsigned int at = 0; at < REGISTERS; at += 4)
		seq_printf(seq, "%02x: %08x\n", at, readl(nic->regs + at));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(registers);

static int shown_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct shown_nic *nic = devm_kzalloc(&pdev->dev, sizeof(*nic), GFP_KERNEL);
	int err = nic ? pcim_enable_device(pdev) : -ENOMEM;

	if (err)
		return err;
	nic->regs = pcim_iomap(pdev, 0, 0);
	if (!nic->regs)
		return -EIO;
	nic->folder = debugfs_create_dir(pci_name(pdev), NULL); /* BUG: leftover-debugfs-folder */
	nic->file = debugfs_create_file("registers", 0444, nic->folder, nic, &registers_fops);
	pci_set_drvdata(pdev, nic);
	return 0;
}

static void shown_remove(struct pci_dev *pdev)
{
	struct shown_nic *nic = pci_get_drvdata(pdev);

#ifndef FIXED
	debugfs_remove(nic->file);
#else
	debugfs_remove_recursive(nic->folder);
#endif
}

static const struct pci_device_id shown_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver shown_driver = {
	.name = "folder_of_files",
	.id_table = shown_ids,
	.probe = shown_probe,
	.remove = shown_remove,
};
module_pci_driver(shown_driver);
MODULE_LICENSE("GPL");
