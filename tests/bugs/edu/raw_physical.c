// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver gives the device the buffer's physical address, as drivers of ISA cards did, and never maps it.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define DMA_SRC 0x80
#define DMA_DST 0x88
#define DMA_COUNT 0x90
#define DMA_CMD 0x98
#define FIRMWARE_SIZE 1024

static int upload(struct pci_dev *pdev, void __iomem *regs, void *image)
{
	dma_addr_t addr;

#ifndef FIXED
	addr = virt_to_phys(image);
#else
	addr = dma_map_single(&pdev->dev, image, FIRMWARE_SIZE, DMA_TO_DEVICE);
	if (dma_mapping_error(&pdev->dev, addr))
		return -ENOMEM;
#endif
	writel(lower_32_bits(addr), regs + DMA_SRC);
	writel(0x40000, regs + DMA_DST);
	writel(FIRMWARE_SIZE, regs + DMA_COUNT);
	wmb();
	writel(1, regs + DMA_CMD); /* BUG: dma-unmapped */
	while (readl(regs + DMA_CMD) & 1)
		usleep_range(1000, 2000);
#ifdef FIXED
	dma_unmap_single(&pdev->dev, addr, FIRMWARE_SIZE, DMA_TO_DEVICE);
#endif
	return 0;
}

static int raw_physical_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs;
	void *image;
	int err = pcim_enable_device(pdev);

	if (!err)
		err = dma_set_mask(&pdev->dev, DMA_BIT_MASK(28));
	if (err)
		return err;
	pci_set_master(pdev);
	regs = pcim_iomap(pdev, 0, 0);
	image = kmalloc(FIRMWARE_SIZE, GFP_KERNEL);
	if (regs && image) {
		memset(image, 0xee, FIRMWARE_SIZE);
		err = upload(pdev, regs, image);
	}
	kfree(image);
	return err;
}

static const struct pci_device_id raw_physical_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver raw_physical_driver = {
	.name = "raw_physical",
	.id_table = raw_physical_ids,
	.probe = raw_physical_probe,
};
module_pci_driver(raw_physical_driver);
MODULE_LICENSE("GPL");
