// SPDX-License-Identifier: GPL-2.0-only
/*
 * A record is a header and its payload; the mapping has the payload's length, the device moves both.
 */
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

struct record_header {
	__le32 type;
	__le32 length;
	__le64 stamp;
};

struct recorder {
	void __iomem *regs;
	struct completion done;
	struct record_header *record;
};

#define PAYLOAD 128
#define RECORD (sizeof(struct record_header) + PAYLOAD)

static irqreturn_t recorder_irq(int irq, void *data)
{
	struct recorder *recorder = data;

	if (!(readl(recorder->regs + 0x24) & 0x100))
		return IRQ_NONE;
	writel(0x100, recorder->regs + 0x64);
	complete(&recorder->done);
	return IRQ_HANDLED;
}

static int fetch_record(struct device *dev, struct recorder *recorder)
{
#ifndef FIXED
	size_t length = PAYLOAD;
#else
	size_t length = RECORD;
#endif
	dma_addr_t addr = dma_map_single(dev, recorder->record, length, DMA_FROM_DEVICE); /* BUG: dma-past-mapping */
	int err = 0;

	if (dma_mapping_error(dev, addr))
		return -ENOMEM;
	writel(0x40000, recorder->regs + 0x80);
	writel(addr, recorder->regs + 0x88);
	writel(RECORD, recorder->regs + 0x90);
	writel(0x7, recorder->regs + 0x98);
	if (!wait_for_completion_timeout(&recorder->done, msecs_to_jiffies(500)))
		err = -ETIMEDOUT;
	dma_unmap_single(dev, addr, length, DMA_FROM_DEVICE);
	dev_dbg(dev, "record of type %u\n", le32_to_cpu(recorder->record->type));
	return err;
}

static int recorder_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct recorder *recorder = devm_kzalloc(&pdev->dev, sizeof(*recorder), GFP_KERNEL);
	int err = pcim_enable_device(pdev);

	if (err || !recorder)
		return err ? err : -ENOMEM;
	recorder->regs = pcim_iomap(pdev, 0, 0);
	recorder->record = devm_kzalloc(&pdev->dev, RECORD, GFP_KERNEL);
	if (!recorder->regs || !recorder->record)
		return -ENOMEM;
	init_completion(&recorder->done);
	pci_set_master(pdev);
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(28));
	if (!err)
		err = devm_request_irq(&pdev->dev, pdev->irq, recorder_irq, IRQF_SHARED, "recorder", recorder);
	return err ? err : fetch_record(&pdev->dev, recorder);
}

static const struct pci_device_id recorder_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver recorder = { .name = "recorder", .id_table = recorder_ids, .probe = recorder_probe };
module_pci_driver(recorder);
MODULE_LICENSE("GPL");
