// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pool's blocks are to be aligned to their own size, which is no power of two.
 */
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/module.h>
#include <linux/pci.h>

/* The card's statistics block; it drops the low 6 bits of its address. */
struct statistics {
	__le64 packets[2];
	__le64 bytes[2];
	__le64 dropped[2];
};

static int statistics_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	const size_t bytes = sizeof(struct statistics);
	struct statistics *statistics[2];
	struct dma_pool *pool;
	dma_addr_t dma[2];
	int err = pcim_enable_device(pdev);

	if (!err)
		err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(32));
	if (err)
		return err;
#ifndef FIXED
	pool = dma_pool_create("statistics", &pdev->dev, bytes, bytes, 0); /* BUG: dma-pool-align */
#else
	pool = dma_pool_create("statistics", &pdev->dev, bytes, 64, 0);
#endif
	if (!pool)
		return -ENOMEM;
	for (int i = 0; i < ARRAY_SIZE(statistics); i++) {
		statistics[i] = dma_pool_zalloc(pool, GFP_KERNEL, &dma[i]);
		if (statistics[i])
			dev_info(&pdev->dev, "statistics %d at ...%02llx\n", i, (unsigned long long)dma[i] & 0xff);
	}
	for (int i = 0; i < ARRAY_SIZE(statistics); i++)
		if (statistics[i])
			dma_pool_free(pool, statistics[i], dma[i]);
	dma_pool_destroy(pool);
	return 0;
}

static const struct pci_device_id statistics_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver statistics_driver = {
	.name = "odd_align",
	.id_table = statistics_ids,
	.probe = statistics_probe,
};
module_pci_driver(statistics_driver);
MODULE_LICENSE("GPL");
