// SPDX-License-Identifier: GPL-2.0-only
/*
 * A receive buffer is recycled with a sync to the device as if that read it, "to be on the safe side".
 */
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#define RX_BYTES 512
#define BUFFERS 4

struct recycler {
	struct device *dev;
	void *buffer[BUFFERS];
	dma_addr_t dma[BUFFERS];
	unsigned int next;
	struct work_struct work;
};

static void recycle(struct recycler *rx, unsigned int i)
{
#ifndef FIXED
	dma_sync_single_for_device(rx->dev, rx->dma[i], RX_BYTES, DMA_BIDIRECTIONAL); /* BUG: dma-sync-for-device */
#else
	dma_sync_single_for_device(rx->dev, rx->dma[i], RX_BYTES, DMA_FROM_DEVICE);
#endif
}

static void rx_work(struct work_struct *work)
{
	struct recycler *rx = container_of(work, struct recycler, work);
	unsigned int i = rx->next++ % BUFFERS;
	u32 *first = rx->buffer[i];

	dma_sync_single_for_cpu(rx->dev, rx->dma[i], RX_BYTES, DMA_FROM_DEVICE);
	dev_dbg(rx->dev, "first word %08x\n", *first);
	recycle(rx, i);
}

static void rx_free(struct recycler *rx)
{
	for (int i = 0; i < BUFFERS; i++) {
		if (rx->dma[i])
			dma_unmap_single(rx->dev, rx->dma[i], RX_BYTES, DMA_FROM_DEVICE);
		kfree(rx->buffer[i]);
	}
}

static int recycler_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct recycler *rx = devm_kzalloc(&pdev->dev, sizeof(*rx), GFP_KERNEL);

	if (!rx || pcim_enable_device(pdev))
		return -ENODEV;
	rx->dev = &pdev->dev;
	INIT_WORK(&rx->work, rx_work);
	for (int i = 0; i < BUFFERS; i++) {
		dma_addr_t dma;

		rx->buffer[i] = kzalloc(RX_BYTES, GFP_KERNEL);
		if (!rx->buffer[i])
			goto out;
		dma = dma_map_single(rx->dev, rx->buffer[i], RX_BYTES, DMA_FROM_DEVICE);
		if (dma_mapping_error(rx->dev, dma))
			goto out;
		rx->dma[i] = dma;
	}
	pci_set_drvdata(pdev, rx);
	schedule_work(&rx->work);
	return 0;
out:
	rx_free(rx);
	return -ENOMEM;
}

static void recycler_remove(struct pci_dev *pdev)
{
	struct recycler *rx = pci_get_drvdata(pdev);

	flush_work(&rx->work);
	rx_free(rx);
}

static const struct pci_device_id recycler_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver recycler_driver = {
	.name = "recycled_both_ways",
	.id_table = recycler_ids,
	.probe = recycler_probe,
	.remove = recycler_remove,
};
module_pci_driver(recycler_driver);
MODULE_LICENSE("GPL");
