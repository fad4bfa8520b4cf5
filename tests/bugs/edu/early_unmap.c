// SPDX-License-Identifier: GPL-2.0-only
/*
 * The receive path unmaps its buffer as soon as the transfer is started, instead of when it is done.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define EDU_DEVICE_BUFFER 0x40000
#define EDU_DMA_SRC 0x80
#define EDU_DMA_DST 0x88
#define EDU_DMA_COUNT 0x90
#define EDU_DMA_CMD 0x98
#define CMD_RUN 0x1
#define CMD_TO_RAM 0x2
#define FRAME 512

static void wait_idle(void __iomem *regs)
{
	while (readl(regs + EDU_DMA_CMD) & CMD_RUN)
		msleep(20);
}

static int receive(struct device *dev, void __iomem *regs, void *frame)
{
	dma_addr_t handle = dma_map_single(dev, frame, FRAME, DMA_FROM_DEVICE);

	if (dma_mapping_error(dev, handle))
		return -ENOMEM;
	writel(EDU_DEVICE_BUFFER, regs + EDU_DMA_SRC);
	writel(handle, regs + EDU_DMA_DST);
	writel(FRAME, regs + EDU_DMA_COUNT);
	writel(CMD_RUN | CMD_TO_RAM, regs + EDU_DMA_CMD);
#ifndef FIXED
	dma_unmap_single(dev, handle, FRAME, DMA_FROM_DEVICE); /* BUG: dma-after-unmap */
	wait_idle(regs);
#else
	wait_idle(regs);
	dma_unmap_single(dev, handle, FRAME, DMA_FROM_DEVICE);
#endif
	return 0;
}

static int early_unmap_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void *frame;
	int err = pcim_enable_device(pdev);

	if (!err)
		err = pcim_iomap_regions(pdev, 1, "early_unmap");
	if (!err)
		err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(28));
	if (err)
		return err;
	pci_set_master(pdev);
	frame = kzalloc(FRAME, GFP_KERNEL);
	if (!frame)
		return -ENOMEM;
	err = receive(&pdev->dev, pcim_iomap_table(pdev)[0], frame);
	kfree(frame);
	return err;
}

static const struct pci_device_id early_unmap_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver early_unmap = {
	.name = "early_unmap",
	.id_table = early_unmap_ids,
	.probe = early_unmap_probe,
};
module_pci_driver(early_unmap);
MODULE_LICENSE("GPL");
