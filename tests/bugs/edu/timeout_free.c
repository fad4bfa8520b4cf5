// SPDX-License-Identifier: GPL-2.0-only
/*
 * The path for a transfer that takes too long gives the buffer back while the device still has it, mapped and busy.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/iopoll.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#define CHUNK 2048

static struct camera {
	struct pci_dev *pdev;
	void __iomem *regs;
} camera;

static ssize_t camera_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	void *chunk = kzalloc(CHUNK, GFP_KERNEL);
	struct device *dev = &camera.pdev->dev;
	ssize_t ret = min_t(size_t, count, CHUNK);
	dma_addr_t addr;
	u32 command;

	if (!chunk)
		return -ENOMEM;
	addr = dma_map_single(dev, chunk, CHUNK, DMA_FROM_DEVICE);
	if (dma_mapping_error(dev, addr)) {
		kfree(chunk);
		return -ENOMEM;
	}
	writel(0x40000, camera.regs + 0x80);
	writel(addr, camera.regs + 0x88);
	writel(CHUNK, camera.regs + 0x90);
	writel(3, camera.regs + 0x98);
	if (readl_poll_timeout(camera.regs + 0x98, command, !(command & 1), 1000, 20000)) {
		dev_warn(dev, "no picture in time\n");
#ifndef FIXED
		kfree(chunk); /* BUG: dma-free-while-mapped */
		return -ETIMEDOUT;
#else
		while (readl(camera.regs + 0x98) & 1)
			msleep(10);
		ret = -ETIMEDOUT;
#endif
	}
	dma_unmap_single(dev, addr, CHUNK, DMA_FROM_DEVICE);
	if (ret > 0 && copy_to_user(buf, chunk, ret))
		ret = -EFAULT;
	kfree(chunk);
	return ret;
}

static const struct file_operations camera_fops = { .owner = THIS_MODULE, .read = camera_read };
static struct miscdevice camera_misc = { .minor = MISC_DYNAMIC_MINOR, .name = "camera", .fops = &camera_fops };

static int camera_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (!err)
		err = pcim_iomap_regions(pdev, BIT(0), "camera");
	if (!err)
		err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(28));
	if (err)
		return err;
	camera = (struct camera) { pdev, pcim_iomap_table(pdev)[0] };
	pci_set_master(pdev);
	return misc_register(&camera_misc);
}

static void camera_remove(struct pci_dev *pdev)
{
	misc_deregister(&camera_misc);
}

static const struct pci_device_id camera_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver camera_driver = {
	.name = "camera",
	.id_table = camera_ids,
	.probe = camera_probe,
	.remove = camera_remove,
};
module_pci_driver(camera_driver);
MODULE_LICENSE("GPL");
