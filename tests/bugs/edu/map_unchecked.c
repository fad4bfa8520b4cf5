// SPDX-License-Identifier: GPL-2.0-only
/*
 * The address that dma_map_single() gives is written to the device without asking whether the mapping has failed.
 */
#include <linux/cdev.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#define MOST 256

static struct pci_dev *plotter;
static void __iomem *regs;
static struct class *plotter_class;
static struct cdev plotter_cdev;
static dev_t plotter_number;

static ssize_t plotter_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	void *strokes;
	dma_addr_t addr;

	strokes = memdup_user(buf, min_t(size_t, count, MOST));
	if (IS_ERR(strokes))
		return PTR_ERR(strokes);
	count = min_t(size_t, count, MOST);
	addr = dma_map_single(&plotter->dev, strokes, count, DMA_TO_DEVICE); /* BUG: dma-map-error-unchecked */
#ifdef FIXED
	if (dma_mapping_error(&plotter->dev, addr)) {
		kfree(strokes);
		return -ENOMEM;
	}
#endif
	writel(addr, regs + 0x80);
	writel(0x40000, regs + 0x88);
	writel(count, regs + 0x90);
	writel(1, regs + 0x98);
	while (readl(regs + 0x98) & 1)
		msleep(10);
	dma_unmap_single(&plotter->dev, addr, count, DMA_TO_DEVICE);
	kfree(strokes);
	return count;
}

static const struct file_operations plotter_fops = { .owner = THIS_MODULE, .write = plotter_write };

static int plotter_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	plotter = pdev;
	regs = pcim_iomap(pdev, 0, 0);
	pci_set_master(pdev);
	err = dma_set_mask(&pdev->dev, DMA_BIT_MASK(28));
	if (err || !regs)
		return err ? err : -ENODEV;
	cdev_init(&plotter_cdev, &plotter_fops);
	err = cdev_add(&plotter_cdev, plotter_number, 1);
	if (!err)
		device_create(plotter_class, &pdev->dev, plotter_number, NULL, "plotter");
	return err;
}

static void plotter_remove(struct pci_dev *pdev)
{
	device_destroy(plotter_class, plotter_number);
	cdev_del(&plotter_cdev);
}

static const struct pci_device_id plotter_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver plotter_driver = {
	.name = "plotter",
	.id_table = plotter_ids,
	.probe = plotter_probe,
	.remove = plotter_remove,
};

static int __init plotter_init(void)
{
	int err = alloc_chrdev_region(&plotter_number, 0, 1, "plotter");

	if (err)
		return err;
	plotter_class = class_create(THIS_MODULE, "plotter");
	return pci_register_driver(&plotter_driver);
}

static void __exit plotter_exit(void)
{
	pci_unregister_driver(&plotter_driver);
	class_destroy(plotter_class);
	unregister_chrdev_region(plotter_number, 1);
}

module_init(plotter_init);
module_exit(plotter_exit);
MODULE_LICENSE("GPL");
