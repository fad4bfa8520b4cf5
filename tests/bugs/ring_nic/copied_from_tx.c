// SPDX-License-Identifier: GPL-2.0-only
/*
 * The receive path was copied from the transmit path, and its sync still says DMA_TO_DEVICE.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/uaccess.h>

#define BYTES PAGE_SIZE

/* One page for what comes in, kept mapped as long as the card is there. */
static struct {
	struct device *dev;
	u8 *page;
	dma_addr_t dma;
} inbox;

static ssize_t inbox_read(struct file *file, char __user *to, size_t count, loff_t *at)
{
	ssize_t done = min_t(size_t, count, BYTES);

#ifndef FIXED
	dma_sync_single_for_cpu(inbox.dev, inbox.dma, done, DMA_TO_DEVICE); /* BUG: dma-sync-direction */
#else
	dma_sync_single_for_cpu(inbox.dev, inbox.dma, done, DMA_FROM_DEVICE);
#endif
	if (copy_to_user(to, inbox.page, done))
		done = -EFAULT;
	dma_sync_single_for_device(inbox.dev, inbox.dma, min_t(size_t, count, BYTES), DMA_FROM_DEVICE);
	return done;
}

static const struct file_operations inbox_fops = { .owner = THIS_MODULE, .read = inbox_read };
static struct miscdevice inbox_misc = { .minor = MISC_DYNAMIC_MINOR, .name = "inbox", .fops = &inbox_fops };

static int inbox_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	inbox.dev = &pdev->dev;
	inbox.page = (u8 *)get_zeroed_page(GFP_KERNEL);
	if (!inbox.page)
		return -ENOMEM;
	inbox.dma = dma_map_single(inbox.dev, inbox.page, BYTES, DMA_FROM_DEVICE);
	err = dma_mapping_error(inbox.dev, inbox.dma);
	if (err)
		goto out_free;
	err = misc_register(&inbox_misc);
	if (!err)
		return 0;
	dma_unmap_single(inbox.dev, inbox.dma, BYTES, DMA_FROM_DEVICE);
out_free:
	free_page((unsigned long)inbox.page);
	return err;
}

static void inbox_remove(struct pci_dev *pdev)
{
	misc_deregister(&inbox_misc);
	dma_unmap_single(inbox.dev, inbox.dma, BYTES, DMA_FROM_DEVICE);
	free_page((unsigned long)inbox.page);
}

static const struct pci_device_id inbox_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver inbox_driver = {
	.name = "copied_from_tx",
	.id_table = inbox_ids,
	.probe = inbox_probe,
	.remove = inbox_remove,
};
module_pci_driver(inbox_driver);
MODULE_LICENSE("GPL");
