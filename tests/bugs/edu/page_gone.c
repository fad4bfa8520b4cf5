// SPDX-License-Identifier: GPL-2.0-only
/*
 * read() copies from the page of the last snapshot, which taking the next one has given back.
 * needs: kasan
 */
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/uaccess.h>

static u32 *snapshot;
static void __iomem *regs;

static int take_snapshot(void)
{
	u32 *fresh = (u32 *)get_zeroed_page(GFP_KERNEL);

	if (!fresh)
		return -ENOMEM;
	fresh[0] = readl(regs);
	free_page((unsigned long)snapshot);
	snapshot = fresh;
	return 0;
}

static ssize_t snapshot_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	u32 *last = snapshot;
	u32 before, id;

#ifndef FIXED
	int err = take_snapshot();

	before = last[0]; /* BUG: kasan-use-after-free */
#else
	int err;

	before = last[0];
	err = take_snapshot();
#endif
	if (err)
		return err;
	id = before ^ snapshot[0];
	return simple_read_from_buffer(buf, count, pos, &id, sizeof(id));
}

static const struct file_operations snapshot_fops = { .owner = THIS_MODULE, .read = snapshot_read };
static struct miscdevice snapshot_misc = { .minor = MISC_DYNAMIC_MINOR, .name = "snapshot", .fops = &snapshot_fops };

static int snapshot_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	err = regs ? take_snapshot() : -ENODEV;
	return err ? err : misc_register(&snapshot_misc);
}

static void snapshot_remove(struct pci_dev *pdev)
{
	misc_deregister(&snapshot_misc);
	free_page((unsigned long)snapshot);
}

static const struct pci_device_id snapshot_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver snapshot_driver = {
	.name = "snapshot",
	.id_table = snapshot_ids,
	.probe = snapshot_probe,
	.remove = snapshot_remove,
};
module_pci_driver(snapshot_driver);
MODULE_LICENSE("GPL");
