// SPDX-License-Identifier: GPL-2.0-only
/*
 * The multicast table was kmalloc()ed once; it grew, became vmalloc()ed, and close() frees it only where it is small.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#define HASHES 4096
#define SMALL PAGE_SIZE

struct filter {
	size_t bytes;
	u32 *hashes;
};

static int filter_open(struct inode *inode, struct file *file)
{
	struct filter *filter = kzalloc(sizeof(*filter), GFP_KERNEL);

	if (!filter)
		return -ENOMEM;
	filter->bytes = HASHES * sizeof(*filter->hashes);
	if (filter->bytes > SMALL)
		filter->hashes = vmalloc(filter->bytes); /* BUG: leftover-vmalloc */
	else
		filter->hashes = kmalloc(filter->bytes, GFP_KERNEL);
	if (!filter->hashes) {
		kfree(filter);
		return -ENOMEM;
	}
	file->private_data = filter;
	return 0;
}

static int filter_release(struct inode *inode, struct file *file)
{
	struct filter *filter = file->private_data;

#ifndef FIXED
	if (filter->bytes <= SMALL)
		kfree(filter->hashes);
#else
	if (filter->bytes <= SMALL)
		kfree(filter->hashes);
	else
		vfree(filter->hashes);
#endif
	kfree(filter);
	return 0;
}

static const struct file_operations filter_fops = {
	.owner = THIS_MODULE,
	.open = filter_open,
	.release = filter_release,
};
static struct miscdevice filter_misc = { .minor = MISC_DYNAMIC_MINOR, .name = "filter", .fops = &filter_fops };

static int filter_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	return err ? err : misc_register(&filter_misc);
}

static void filter_remove(struct pci_dev *pdev)
{
	misc_deregister(&filter_misc);
}

static const struct pci_device_id filter_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver filter_driver = {
	.name = "table_kept",
	.id_table = filter_ids,
	.probe = filter_probe,
	.remove = filter_remove,
};
module_pci_driver(filter_driver);
MODULE_LICENSE("GPL");
