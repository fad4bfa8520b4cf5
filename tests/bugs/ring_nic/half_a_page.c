// SPDX-License-Identifier: GPL-2.0-only
/*
 * A page is shared: its first half is sent, its second received into, so that the card can write both.
 * machine: iommu.enabled = true
 */
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

struct side {
	void *page;
	unsigned int offset;
	size_t length;
	enum dma_data_direction direction;
	dma_addr_t dma;
};

static struct side sides[2] = { { .direction = DMA_TO_DEVICE }, { .direction = DMA_FROM_DEVICE } };

static int sides_allocate(void)
{
	for (int i = 0; i < 2; i++) {
#ifndef FIXED
		sides[i].page = i ? sides[0].page : (void *)get_zeroed_page(GFP_KERNEL);
		sides[i].length = PAGE_SIZE / 2;
		sides[i].offset = i * sides[i].length;
#else
		sides[i].page = (void *)get_zeroed_page(GFP_KERNEL);
		sides[i].length = PAGE_SIZE;
#endif
		if (!sides[i].page)
			return -ENOMEM;
	}
	return 0;
}

static void sides_free(void)
{
#ifdef FIXED
	free_page((unsigned long)sides[1].page);
#endif
	free_page((unsigned long)sides[0].page);
}

static int side_map(struct device *dev, struct side *side)
{
	struct page *page = virt_to_page(side->page);

	side->dma = dma_map_page(dev, page, side->offset, side->length, side->direction); /* BUG: iommu-exposes-mapping */
	return dma_mapping_error(dev, side->dma);
}

static int half_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (!err)
		err = sides_allocate();
	if (!err)
		err = side_map(&pdev->dev, &sides[0]);
	if (!err) {
		err = side_map(&pdev->dev, &sides[1]);
		if (!err)
			return 0;
		dma_unmap_page(&pdev->dev, sides[0].dma, sides[0].length, sides[0].direction);
	}
	sides_free();
	return err;
}

static void half_remove(struct pci_dev *pdev)
{
	for (int i = 0; i < 2; i++)
		dma_unmap_page(&pdev->dev, sides[i].dma, sides[i].length, sides[i].direction);
	sides_free();
}

static const struct pci_device_id half_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver half_driver = {
	.name = "half_a_page",
	.id_table = half_ids,
	.probe = half_probe,
	.remove = half_remove,
};
module_pci_driver(half_driver);
MODULE_LICENSE("GPL");
