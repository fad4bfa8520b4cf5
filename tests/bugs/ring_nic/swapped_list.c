// SPDX-License-Identifier: GPL-2.0-only
/*
 * A loop over a list of transfer blocks remembers the next block, and frees the one with the address of the other.
 */
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/module.h>
#include <linux/pci.h>

/* A chain as the card walks it: each block holds the bus address of the next. */
struct block {
	__le64 next_dma;
	__le32 words[12];
	struct block *next;
};

static struct block *chain;
static dma_addr_t chain_dma;
static struct dma_pool *pool;

static int chain_build(int count)
{
	while (count--) {
		dma_addr_t dma;
		struct block *block = dma_pool_zalloc(pool, GFP_KERNEL, &dma);

		if (!block)
			return -ENOMEM;
		block->next = chain;
		block->next_dma = cpu_to_le64(chain_dma);
		chain = block;
		chain_dma = dma;
	}
	return 0;
}

static void chain_free(void)
{
	while (chain) {
		struct block *block = chain;
		dma_addr_t next = le64_to_cpu(block->next_dma);

		chain = block->next;
#ifndef FIXED
		if (next)
			chain_dma = next;
		dma_pool_free(pool, block, chain_dma); /* BUG: dma-pool-free-vaddr */
#else
		dma_pool_free(pool, block, chain_dma);
		chain_dma = next;
#endif
	}
}

static int swapped_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	pool = dma_pool_create("chain", &pdev->dev, sizeof(struct block), 64, 4096);
	if (!pool)
		return -ENOMEM;
	err = chain_build(3);
	if (err) {
		chain_free();
		dma_pool_destroy(pool);
	}
	return err;
}

static void swapped_remove(struct pci_dev *pdev)
{
	chain_free();
	dma_pool_destroy(pool);
}

static const struct pci_device_id swapped_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver swapped_driver = {
	.name = "swapped_list",
	.id_table = swapped_ids,
	.probe = swapped_probe,
	.remove = swapped_remove,
};
module_pci_driver(swapped_driver);
MODULE_LICENSE("GPL");
