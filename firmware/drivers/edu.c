// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU's educational device, interrupt-driven: a factorial, then data to the device's buffer and back to a second place
 * in RAM, for a buffer of kmalloc() and for a coherent one. The device reaches 28 bits of address.
 */
#include <kernel/lab.h>
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "edu.h"

#define TRANSFER_BYTES 256
#define COHERENT_BYTES 2048
#define TIMEOUT_MS 1000

struct edu {
	struct pci_dev *pdev;
	void __iomem *regs;
	struct completion done;
	u32 irq_status;
};

static irqreturn_t edu_interrupt(int irq, void *dev_id)
{
	struct edu *edu = dev_id;
	u32 status = ioread32(edu->regs + EDU_IRQ_STATUS);

	if (!status)
		return IRQ_NONE;
	iowrite32(status, edu->regs + EDU_IRQ_ACK);
	edu->irq_status = status;
	complete(&edu->done);
	return IRQ_HANDLED;
}

static int edu_wait(struct edu *edu, u32 expected)
{
	if (!wait_for_completion_timeout(&edu->done, msecs_to_jiffies(TIMEOUT_MS)))
		return -ETIMEDOUT;
	return edu->irq_status == expected ? 0 : -EIO;
}

static int edu_identify(struct edu *edu)
{
	const u32 probe = 0x12345678;
	u32 id = ioread32(edu->regs + EDU_ID);

	iowrite32(probe, edu->regs + EDU_LIVENESS);
	if ((id & 0xff) != 0xed || ioread32(edu->regs + EDU_LIVENESS) != ~probe)
		return -ENODEV;
	dev_info(&edu->pdev->dev, "edu device, version %x.%x\n", id >> 24, (id >> 16) & 0xff);
	return 0;
}

static int edu_factorial(struct edu *edu, u32 n, u32 expected)
{
	u32 result;
	int error;

	init_completion(&edu->done);
	iowrite32(EDU_STATUS_IRQ, edu->regs + EDU_STATUS);
	iowrite32(n, edu->regs + EDU_FACTORIAL);
	error = edu_wait(edu, EDU_IRQ_FACTORIAL);
	if (error)
		return error;
	result = ioread32(edu->regs + EDU_FACTORIAL);
	dev_info(&edu->pdev->dev, "factorial of %u is %u\n", n, result);
	return result == expected ? 0 : -EIO;
}

static int edu_run(struct edu *edu, u64 src, u64 dst, size_t length, u32 direction)
{
	init_completion(&edu->done);
	iowrite32(src, edu->regs + EDU_DMA_SRC);
	iowrite32(dst, edu->regs + EDU_DMA_DST);
	iowrite32(length, edu->regs + EDU_DMA_COUNT);
	wmb();
	iowrite32(EDU_DMA_RUN | EDU_DMA_IRQ | direction, edu->regs + EDU_DMA_COMMAND);
	return edu_wait(edu, EDU_IRQ_DMA);
}

static int edu_write(struct edu *edu, dma_addr_t dma_addr, size_t length)
{
	return edu_run(edu, dma_addr, EDU_BUFFER, length, EDU_DMA_FROM_RAM);
}

static int edu_read(struct edu *edu, dma_addr_t dma_addr, size_t length)
{
	return edu_run(edu, EDU_BUFFER, dma_addr, length, EDU_DMA_TO_RAM);
}

static int edu_send(struct edu *edu, void *buffer, size_t length)
{
	struct device *dev = &edu->pdev->dev;
	dma_addr_t dma_addr = dma_map_single(dev, buffer, length, DMA_TO_DEVICE);
	int error;

	if (dma_mapping_error(dev, dma_addr))
		return -EIO;
	error = edu_write(edu, dma_addr, length);
	dma_unmap_single(dev, dma_addr, length, DMA_TO_DEVICE);
	transfer_result(dev, dma_addr, length, DMA_TO_DEVICE, error);
	return error;
}

static int edu_receive(struct edu *edu, void *buffer, const void *expected, size_t length)
{
	struct device *dev = &edu->pdev->dev;
	dma_addr_t dma_addr = dma_map_single(dev, buffer, length, DMA_FROM_DEVICE);
	int error;

	if (dma_mapping_error(dev, dma_addr))
		return -EIO;
	error = edu_read(edu, dma_addr, length);
	dma_unmap_single(dev, dma_addr, length, DMA_FROM_DEVICE);
	if (!error && memcmp(buffer, expected, length))
		error = -EBADMSG;
	transfer_result(dev, dma_addr, length, DMA_FROM_DEVICE, error);
	return error;
}

static void fill(u8 *bytes, size_t length, u32 seed)
{
	for (size_t i = 0; i < length; i++) {
		seed = seed * 1103515245 + 12345;
		bytes[i] = seed >> 16;
	}
}

static int edu_streaming(struct edu *edu)
{
	u8 *out = kmalloc(TRANSFER_BYTES, GFP_KERNEL | GFP_DMA);
	u8 *in = kzalloc(TRANSFER_BYTES, GFP_KERNEL | GFP_DMA);
	int error = -ENOMEM;

	if (out && in) {
		fill(out, TRANSFER_BYTES, 1);
		error = edu_send(edu, out, TRANSFER_BYTES);
		if (!error)
			error = edu_receive(edu, in, out, TRANSFER_BYTES);
	}
	kfree(in);
	kfree(out);
	return error;
}

static int edu_coherent(struct edu *edu)
{
	struct device *dev = &edu->pdev->dev;
	dma_addr_t dma_addr;
	u8 *out = dma_alloc_coherent(dev, 2 * COHERENT_BYTES, &dma_addr, GFP_KERNEL);
	u8 *in = out + COHERENT_BYTES;
	int error;

	if (!out)
		return -ENOMEM;
	fill(out, COHERENT_BYTES, 2);
	memset(in, 0, COHERENT_BYTES);
	error = edu_write(edu, dma_addr, COHERENT_BYTES);
	transfer_result(dev, dma_addr, COHERENT_BYTES, DMA_TO_DEVICE, error);
	if (!error) {
		error = edu_read(edu, dma_addr + COHERENT_BYTES, COHERENT_BYTES);
		if (!error && memcmp(in, out, COHERENT_BYTES))
			error = -EBADMSG;
		transfer_result(dev, dma_addr + COHERENT_BYTES, COHERENT_BYTES, DMA_FROM_DEVICE, error);
	}
	dma_free_coherent(dev, 2 * COHERENT_BYTES, out, dma_addr);
	return error;
}

static int edu_exercise(struct edu *edu)
{
	int error = edu_identify(edu);

	if (!error)
		error = edu_factorial(edu, 12, 479001600);
	if (!error)
		error = edu_streaming(edu);
	if (!error)
		error = edu_coherent(edu);
	return error;
}

static int edu_start(struct edu *edu)
{
	struct pci_dev *pdev = edu->pdev;
	int error = request_irq(pdev->irq, edu_interrupt, IRQF_SHARED, "edu", edu);

	if (error)
		return error;
	pci_set_master(pdev);
	error = edu_exercise(edu);
	if (error) {
		dev_err(&pdev->dev, "self-test failed: %d\n", error);
		pci_clear_master(pdev);
		free_irq(pdev->irq, edu);
	}
	return error;
}

static int edu_map(struct edu *edu)
{
	struct pci_dev *pdev = edu->pdev;
	int error = pci_request_regions(pdev, "edu");

	if (error)
		return error;
	edu->regs = pci_iomap(pdev, 0, 0);
	error = edu->regs ? edu_start(edu) : -ENOMEM;
	if (error) {
		if (edu->regs)
			pci_iounmap(pdev, edu->regs);
		pci_release_regions(pdev);
	}
	return error;
}

static int edu_set_masks(struct pci_dev *pdev)
{
	return pci_set_dma_mask(pdev, DMA_28BIT_MASK) || pci_set_consistent_dma_mask(pdev, DMA_28BIT_MASK) ? -EIO : 0;
}

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct edu *edu = kzalloc(sizeof(*edu), GFP_KERNEL);
	int error;

	if (!edu)
		return -ENOMEM;
	edu->pdev = pdev;
	pci_set_drvdata(pdev, edu);
	error = pci_enable_device(pdev);
	if (error)
		goto out_free;
	error = edu_set_masks(pdev);
	if (!error)
		error = edu_map(edu);
	if (!error)
		return 0;
	pci_disable_device(pdev);
out_free:
	kfree(edu);
	return error;
}

static void edu_remove(struct pci_dev *pdev)
{
	struct edu *edu = pci_get_drvdata(pdev);

	pci_clear_master(pdev);
	free_irq(pdev->irq, edu);
	pci_iounmap(pdev, edu->regs);
	pci_release_regions(pdev);
	pci_disable_device(pdev);
	kfree(edu);
}

static const struct pci_device_id edu_ids[] = {
	{ PCI_DEVICE(EDU_VENDOR, EDU_DEVICE) },
	{ }
};

static struct pci_driver edu_driver = {
	.name = "edu",
	.id_table = edu_ids,
	.probe = edu_probe,
	.remove = edu_remove,
};

static int edu_init(void)
{
	return pci_register_driver(&edu_driver);
}

static void edu_exit(void)
{
	pci_unregister_driver(&edu_driver);
}

module_init(edu_init);
module_exit(edu_exit);
MODULE_LICENSE("GPL");
