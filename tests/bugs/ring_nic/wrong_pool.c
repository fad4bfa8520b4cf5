// SPDX-License-Identifier: GPL-2.0-only
/*
 * One cleanup function serves both queues, and frees the blocks of the receive queue to the pool of the other.
 */
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define BLOCKS 3

struct queue {
	struct dma_pool *pool;
	void *block[BLOCKS];
	dma_addr_t dma[BLOCKS];
};

struct two_queues {
	struct queue tx, rx;
};

static int queue_fill(struct queue *queue, struct device *dev, const char *name, size_t size)
{
	queue->pool = dma_pool_create(name, dev, size, 32, 0);
	if (!queue->pool)
		return -ENOMEM;
	for (int i = 0; i < BLOCKS; i++) {
		queue->block[i] = dma_pool_alloc(queue->pool, GFP_KERNEL, &queue->dma[i]);
		if (!queue->block[i])
			return -ENOMEM;
	}
	return 0;
}

static void queue_drain(struct two_queues *nic, struct queue *queue)
{
	for (int i = 0; i < BLOCKS; i++)
		if (queue->block[i])
#ifndef FIXED
			dma_pool_free(nic->tx.pool, queue->block[i], queue->dma[i]); /* BUG: dma-pool-free-unknown */
#else
			dma_pool_free(queue->pool, queue->block[i], queue->dma[i]);
#endif
}

static void queue_destroy(struct queue *queue)
{
	if (queue->pool)
		dma_pool_destroy(queue->pool);
}

static void two_queues_remove(struct pci_dev *pdev)
{
	struct two_queues *nic = pci_get_drvdata(pdev);

	queue_drain(nic, &nic->tx);
	queue_drain(nic, &nic->rx);
	queue_destroy(&nic->rx);
	queue_destroy(&nic->tx);
}

static int two_queues_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct two_queues *nic = devm_kzalloc(&pdev->dev, sizeof(*nic), GFP_KERNEL);
	int err = nic ? pcim_enable_device(pdev) : -ENOMEM;

	if (err)
		return err;
	pci_set_drvdata(pdev, nic);
	err = queue_fill(&nic->tx, &pdev->dev, "tx", 64);
	if (!err)
		err = queue_fill(&nic->rx, &pdev->dev, "rx", 256);
	if (err)
		two_queues_remove(pdev);
	return err;
}

static const struct pci_device_id two_queues_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver two_queues_driver = {
	.name = "wrong_pool",
	.id_table = two_queues_ids,
	.probe = two_queues_probe,
	.remove = two_queues_remove,
};
module_pci_driver(two_queues_driver);
MODULE_LICENSE("GPL");
