// SPDX-License-Identifier: GPL-2.0-only
/*
 * read() looks at the first word of its buffer, to see whether the transfer is done, while the device still owns it.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#define BLOCK 256

static void __iomem *regs;
static struct pci_dev *edu;
static u32 *block;

static void start(dma_addr_t to)
{
	writel(0x40000, regs + 0x80);
	writel(to, regs + 0x88);
	writel(BLOCK, regs + 0x90);
	writel(0x3, regs + 0x98);
}

static ssize_t poll_owned_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	dma_addr_t handle = dma_map_single(&edu->dev, block, BLOCK, DMA_FROM_DEVICE);
	int turns = 0;

	if (dma_mapping_error(&edu->dev, handle))
		return -ENOMEM;
	start(handle);
#ifndef FIXED
	while (READ_ONCE(block[0]) && turns++ < 20) /* BUG: dma-cpu-read */
#else
	while (readl(regs + 0x98) & 1 && turns++ < 20)
#endif
		msleep(10);
	dma_unmap_single(&edu->dev, handle, BLOCK, DMA_FROM_DEVICE);
	count = min_t(size_t, count, BLOCK);
	return copy_to_user(buf, block, count) ? -EFAULT : count;
}

static const struct file_operations poll_owned_fops = { .owner = THIS_MODULE, .read = poll_owned_read };
static struct miscdevice poll_owned_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "poll_owned",
	.fops = &poll_owned_fops,
};

static int poll_owned_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	edu = pdev;
	regs = pcim_iomap(pdev, 0, 0);
	block = devm_kmalloc(&pdev->dev, BLOCK, GFP_KERNEL);
	if (!regs || !block)
		return -ENOMEM;
	block[0] = ~0;
	pci_set_master(pdev);
	err = dma_set_mask(&pdev->dev, DMA_BIT_MASK(28));
	return err ? err : misc_register(&poll_owned_misc);
}

static void poll_owned_remove(struct pci_dev *pdev)
{
	misc_deregister(&poll_owned_misc);
}

static const struct pci_device_id poll_owned_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver poll_owned_driver = {
	.name = "poll_owned",
	.id_table = poll_owned_ids,
	.probe = poll_owned_probe,
	.remove = poll_owned_remove,
};
module_pci_driver(poll_owned_driver);
MODULE_LICENSE("GPL");
