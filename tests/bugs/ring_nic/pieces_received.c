// SPDX-License-Identifier: GPL-2.0-only
/*
 * Only the pieces that a packet has filled are synced, though a sync takes the count with which the list was mapped.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#define PIECES 4
#define PIECE 256

struct scatter_rx {
	struct scatterlist pieces[PIECES];
	u8 buffer[PIECES][PIECE] ____cacheline_aligned;
};

/* Take `length` bytes over, and give the pieces back to the card. */
static u32 scatter_sum(struct device *dev, struct scatter_rx *rx, unsigned int length)
{
	unsigned int filled = DIV_ROUND_UP(length, PIECE);
	u32 sum = 0;

#ifndef FIXED
	dma_sync_sg_for_cpu(dev, rx->pieces, filled, DMA_FROM_DEVICE); /* BUG: dma-sync-sg-count */
#else
	dma_sync_sg_for_cpu(dev, rx->pieces, PIECES, DMA_FROM_DEVICE);
#endif
	for (unsigned int i = 0; i < length; i++)
		sum += rx->buffer[i / PIECE][i % PIECE];
	dma_sync_sg_for_device(dev, rx->pieces, PIECES, DMA_FROM_DEVICE);
	return filled + sum;
}

static int scatter_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct scatter_rx *rx = kzalloc(sizeof(*rx), GFP_KERNEL);
	int err = rx ? pcim_enable_device(pdev) : -ENOMEM;

	if (err)
		goto out;
	sg_init_table(rx->pieces, PIECES);
	for (int i = 0; i < PIECES; i++)
		sg_set_buf(&rx->pieces[i], rx->buffer[i], PIECE);
	err = -EIO;
	if (!dma_map_sg(&pdev->dev, rx->pieces, PIECES, DMA_FROM_DEVICE))
		goto out;
	dev_info(&pdev->dev, "sum %u\n", scatter_sum(&pdev->dev, rx, 300));
	dma_unmap_sg(&pdev->dev, rx->pieces, PIECES, DMA_FROM_DEVICE);
	err = 0;
out:
	kfree(rx);
	return err;
}

static const struct pci_device_id scatter_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver scatter_driver = {
	.name = "pieces_received",
	.id_table = scatter_ids,
	.probe = scatter_probe,
};
module_pci_driver(scatter_driver);
MODULE_LICENSE("GPL");
