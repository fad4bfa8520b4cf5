// SPDX-License-Identifier: GPL-2.0-only
/*
 * A buffer of 64 KiB becomes one piece of a scatterlist, though the card's length field ends at 32 KiB.
 */
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>

#define MOST SZ_32K
#define BYTES SZ_64K
#define PIECES (BYTES / MOST)

static int buffer_map(struct device *dev, struct page *pages)
{
	struct scatterlist pieces[PIECES];
	int count;

#ifndef FIXED
	sg_init_table(pieces, 1);
	sg_set_page(&pieces[0], pages, BYTES, 0);
	count = dma_map_sg(dev, pieces, 1, DMA_FROM_DEVICE); /* BUG: dma-sg-too-long */
	if (!count)
		return -EIO;
	dma_unmap_sg(dev, pieces, 1, DMA_FROM_DEVICE);
#else
	sg_init_table(pieces, PIECES);
	for (int i = 0; i < PIECES; i++)
		sg_set_page(&pieces[i], pages + i * (MOST / PAGE_SIZE), MOST, 0);
	count = dma_map_sg(dev, pieces, PIECES, DMA_FROM_DEVICE);
	if (!count)
		return -EIO;
	dma_unmap_sg(dev, pieces, PIECES, DMA_FROM_DEVICE);
#endif
	dev_info(dev, "%d KiB in %d pieces\n", BYTES / 1024, count);
	return 0;
}

static int long_piece_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct page *pages;
	int err = pcim_enable_device(pdev);

	if (!err)
		err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(32));
	if (!err)
		err = dma_set_max_seg_size(&pdev->dev, MOST);
	if (err)
		return err;
	pages = alloc_pages(GFP_KERNEL, get_order(BYTES));
	if (!pages)
		return -ENOMEM;
	err = buffer_map(&pdev->dev, pages);
	__free_pages(pages, get_order(BYTES));
	return err;
}

static const struct pci_device_id long_piece_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver long_piece_driver = {
	.name = "one_long_piece",
	.id_table = long_piece_ids,
	.probe = long_piece_probe,
};
module_pci_driver(long_piece_driver);
MODULE_LICENSE("GPL");
