// SPDX-License-Identifier: GPL-2.0-only
/*
 * The buffer's page is given back when the last user closes, and once more when the device is removed.
 */
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/uaccess.h>

static unsigned long page;

static int board_open(struct inode *inode, struct file *file)
{
	if (!page)
		page = get_zeroed_page(GFP_KERNEL);
	return page ? 0 : -ENOMEM;
}

static int board_release(struct inode *inode, struct file *file)
{
	free_page(page);
#ifdef FIXED
	page = 0;
#endif
	return 0;
}

static ssize_t board_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	return simple_read_from_buffer(buf, count, pos, (void *)page, PAGE_SIZE);
}

static const struct file_operations board_fops = {
	.owner = THIS_MODULE,
	.open = board_open,
	.release = board_release,
	.read = board_read,
};
static struct miscdevice board_misc = { .minor = MISC_DYNAMIC_MINOR, .name = "board", .fops = &board_fops };

static int board_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	return err ? err : misc_register(&board_misc);
}

static void board_remove(struct pci_dev *pdev)
{
	misc_deregister(&board_misc);
	if (page)
		free_page(page); /* BUG: page-double-free */
}

static const struct pci_device_id board_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver board_driver = {
	.name = "board",
	.id_table = board_ids,
	.probe = board_probe,
	.remove = board_remove,
};
module_pci_driver(board_driver);
MODULE_LICENSE("GPL");
