// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver for edu with the commonest mistake: it sets no DMA mask and takes its buffers without GFP_DMA. With RAM
 * above the device's reach the address loses its upper bits, both ways alike, so that the data even comes back right.
 */
#include <kernel/lab.h>
#include <linux/dma-mapping.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "edu.h"

#define BUFFER_BYTES 1024
#define POLLS 100

static int edu_poll(void __iomem *regs)
{
	for (int i = 0; i < POLLS; i++) {
		if (!(ioread32(regs + EDU_DMA_COMMAND) & EDU_DMA_RUN))
			return 0;
		msleep(10);
	}
	return -ETIMEDOUT;
}

static int run(void __iomem *regs, u64 src, u64 dst, u32 direction)
{
	iowrite64(src, regs + EDU_DMA_SRC);
	iowrite64(dst, regs + EDU_DMA_DST);
	iowrite64(BUFFER_BYTES, regs + EDU_DMA_COUNT);
	iowrite32(EDU_DMA_RUN | direction, regs + EDU_DMA_COMMAND);
	return edu_poll(regs);
}

static int there_and_back(struct pci_dev *pdev, void __iomem *regs, u8 *buffer)
{
	dma_addr_t dma_addr = dma_map_single(&pdev->dev, buffer, BUFFER_BYTES, DMA_TO_DEVICE);
	int error;

	if (dma_mapping_error(&pdev->dev, dma_addr))
		return -EIO;
	error = run(regs, dma_addr, EDU_BUFFER, EDU_DMA_FROM_RAM);
	dma_unmap_single(&pdev->dev, dma_addr, BUFFER_BYTES, DMA_TO_DEVICE);
	transfer_result(&pdev->dev, dma_addr, BUFFER_BYTES, DMA_TO_DEVICE, error);
	if (error)
		return error;

	dma_addr = dma_map_single(&pdev->dev, buffer, BUFFER_BYTES, DMA_FROM_DEVICE);
	if (dma_mapping_error(&pdev->dev, dma_addr))
		return -EIO;
	error = run(regs, EDU_BUFFER, dma_addr, EDU_DMA_TO_RAM);
	dma_unmap_single(&pdev->dev, dma_addr, BUFFER_BYTES, DMA_FROM_DEVICE);
	for (int i = 0; !error && i < BUFFER_BYTES; i++)
		if (buffer[i] != (u8)(i * 7))
			error = -EBADMSG;
	transfer_result(&pdev->dev, dma_addr, BUFFER_BYTES, DMA_FROM_DEVICE, error);
	return error;
}

static int forgetful_transfer(struct pci_dev *pdev, void __iomem *regs)
{
	u8 *buffer = kmalloc(BUFFER_BYTES, GFP_KERNEL);		/* here GFP_DMA is missing */
	int error;

	if (!buffer)
		return -ENOMEM;
	for (int i = 0; i < BUFFER_BYTES; i++)
		buffer[i] = i * 7;
	error = there_and_back(pdev, regs, buffer);
	kfree(buffer);
	return error;
}

static int forgetful_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs;
	int error = pci_enable_device(pdev);

	if (error)
		return error;
	regs = pci_iomap(pdev, 0, 0);
	if (!regs) {
		pci_disable_device(pdev);
		return -ENOMEM;
	}
	pci_set_drvdata(pdev, regs);
	pci_set_master(pdev);
	/* The data decides nothing: with both ways equally wrong it comes back right. The laboratory watches the bus. */
	error = forgetful_transfer(pdev, regs);
	if (error)
		dev_warn(&pdev->dev, "transfer failed: %d\n", error);
	return 0;
}

static void forgetful_remove(struct pci_dev *pdev)
{
	pci_clear_master(pdev);
	pci_iounmap(pdev, pci_get_drvdata(pdev));
	pci_disable_device(pdev);
}

static const struct pci_device_id forgetful_ids[] = {
	{ PCI_DEVICE(EDU_VENDOR, EDU_DEVICE) },
	{ }
};

static struct pci_driver forgetful_driver = {
	.name = "edu_forgetful",
	.id_table = forgetful_ids,
	.probe = forgetful_probe,
	.remove = forgetful_remove,
};

static int forgetful_init(void)
{
	return pci_register_driver(&forgetful_driver);
}

static void forgetful_exit(void)
{
	pci_unregister_driver(&forgetful_driver);
}

module_init(forgetful_init);
module_exit(forgetful_exit);
MODULE_LICENSE("GPL");
