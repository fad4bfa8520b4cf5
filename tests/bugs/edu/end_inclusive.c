// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last block of the device's memory is found from its end, which is taken for the last address: one byte too far.
 */
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define DEVICE_MEMORY 0x40000
#define DEVICE_MEMORY_SIZE 4096
#define BLOCK 256

struct loader {
	void __iomem *regs;
	struct completion done;
};

static irqreturn_t loader_irq(int irq, void *data)
{
	struct loader *loader = data;
	u32 causes = readl(loader->regs + 0x24);

	if (!causes)
		return IRQ_NONE;
	writel(causes, loader->regs + 0x64);
	complete(&loader->done);
	return IRQ_HANDLED;
}

static int load_trailer(struct device *dev, struct loader *loader, dma_addr_t from)
{
#ifndef FIXED
	u32 to = DEVICE_MEMORY + DEVICE_MEMORY_SIZE - BLOCK + 1;
#else
	u32 to = DEVICE_MEMORY + DEVICE_MEMORY_SIZE - BLOCK;
#endif

	writel(from, loader->regs + 0x80);
	writel(to, loader->regs + 0x88);
	writel(BLOCK, loader->regs + 0x90);
	writel(5, loader->regs + 0x98); /* BUG: dma-device-range */
	return wait_for_completion_timeout(&loader->done, HZ) ? 0 : -ETIMEDOUT;
}

static int loader_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct loader *loader = devm_kzalloc(&pdev->dev, sizeof(*loader), GFP_KERNEL);
	dma_addr_t addr;
	int err = pcim_enable_device(pdev);

	if (!err)
		err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(28));
	if (err || !loader)
		return err ? err : -ENOMEM;
	init_completion(&loader->done);
	pci_set_master(pdev);
	loader->regs = pcim_iomap(pdev, 0, 0);
	if (!loader->regs || !dmam_alloc_coherent(&pdev->dev, BLOCK, &addr, GFP_KERNEL))
		return -ENOMEM;
	err = devm_request_irq(&pdev->dev, pdev->irq, loader_irq, IRQF_SHARED, "loader", loader);
	return err ? err : load_trailer(&pdev->dev, loader, addr);
}

static const struct pci_device_id loader_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver loader_driver = { .name = "loader", .id_table = loader_ids, .probe = loader_probe };
module_pci_driver(loader_driver);
MODULE_LICENSE("GPL");
