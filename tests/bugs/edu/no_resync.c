// SPDX-License-Identifier: GPL-2.0-only
/*
 * A receive buffer stays mapped and is used again and again; nobody gives it back to the device after it was looked at.
 */
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/wait.h>

#define BYTES 1024
#define ROUNDS 3

struct stream {
	struct pci_dev *pdev;
	void __iomem *regs;
	u8 *buffer;
	dma_addr_t addr;
	wait_queue_head_t wait;
	int rounds;
	u32 sum;
};

static void next_round(struct stream *stream)
{
	writel(0x40000, stream->regs + 0x80);
	writel(stream->addr, stream->regs + 0x88);
	writel(BYTES, stream->regs + 0x90);
	writel(7, stream->regs + 0x98);
}

static irqreturn_t stream_irq(int irq, void *data)
{
	struct stream *stream = data;
	struct device *dev = &stream->pdev->dev;

	if (!(readl(stream->regs + 0x24) & 0x100))
		return IRQ_NONE;
	writel(0x100, stream->regs + 0x64);
	dma_sync_single_for_cpu(dev, stream->addr, BYTES, DMA_FROM_DEVICE);
	for (int i = 0; i < BYTES; i++)
		stream->sum += stream->buffer[i];
	if (++stream->rounds < ROUNDS) {
#ifdef FIXED
		dma_sync_single_for_device(dev, stream->addr, BYTES, DMA_FROM_DEVICE);
#endif
		next_round(stream); /* BUG: dma-while-cpu-owns */
	}
	wake_up(&stream->wait);
	return IRQ_HANDLED;
}

static int stream_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct stream *stream = devm_kzalloc(&pdev->dev, sizeof(*stream), GFP_KERNEL);
	int err = stream ? pcim_enable_device(pdev) : -ENOMEM;

	if (!err)
		err = dma_set_mask(&pdev->dev, DMA_BIT_MASK(28));
	if (err)
		return err;
	stream->pdev = pdev;
	stream->regs = pcim_iomap(pdev, 0, 0);
	stream->buffer = devm_kzalloc(&pdev->dev, BYTES, GFP_KERNEL);
	if (!stream->regs || !stream->buffer)
		return -ENOMEM;
	init_waitqueue_head(&stream->wait);
	pci_set_master(pdev);
	err = devm_request_irq(&pdev->dev, pdev->irq, stream_irq, IRQF_SHARED, "stream", stream);
	if (err)
		return err;
	stream->addr = dma_map_single(&pdev->dev, stream->buffer, BYTES, DMA_FROM_DEVICE);
	if (dma_mapping_error(&pdev->dev, stream->addr))
		return -ENOMEM;
	next_round(stream);
	if (!wait_event_timeout(stream->wait, READ_ONCE(stream->rounds) == ROUNDS, 2 * HZ))
		err = -ETIMEDOUT;
	dma_unmap_single(&pdev->dev, stream->addr, BYTES, DMA_FROM_DEVICE);
	return err;
}

static const struct pci_device_id stream_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver stream_driver = { .name = "stream", .id_table = stream_ids, .probe = stream_probe };
module_pci_driver(stream_driver);
MODULE_LICENSE("GPL");
