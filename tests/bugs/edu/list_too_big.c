// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stripe is read into two buffers, of which the second is longer than bounce buffers can be: mapping the list fails, and
 * 2.6.24 copies old data of the bounce buffers over the first one.
 * machine: command_line = "swiotlb=512,force"
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#define CHUNK 4096
#ifndef FIXED
#define REST_ORDER 7
#else
#define REST_ORDER 4
#endif
#define REST (PAGE_SIZE << REST_ORDER)

static int raid_start(struct pci_dev *pdev)
{
	int err = pcim_enable_device(pdev);

	if (!err)
		err = pcim_iomap_regions(pdev, BIT(0), "raid");
	if (!err)
		err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(28));
	pci_set_master(pdev);
	return err;
}
static int raid_read(struct pci_dev *pdev, void *chunk, void *rest)
{
	struct scatterlist list[2];
	int count;

	sg_init_table(list, 2);
	sg_set_buf(&list[0], chunk, CHUNK);
	sg_set_buf(&list[1], rest, REST);
	count = dma_map_sg(&pdev->dev, list, 2, DMA_FROM_DEVICE); /* BUG: dma-sg-failure-copied */
	if (!count) {
		dev_warn(&pdev->dev, "stripe is read block by block\n");
		return 0;
	}
	dma_unmap_sg(&pdev->dev, list, 2, DMA_FROM_DEVICE);
	return 0;
}

static int raid_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void *chunk = kmalloc(CHUNK, GFP_KERNEL);
	unsigned long rest = __get_free_pages(GFP_KERNEL, REST_ORDER);
	int err = -ENOMEM;

	if (chunk && rest)
		err = raid_start(pdev) ?: raid_read(pdev, chunk, (void *)rest);
	free_pages(rest, REST_ORDER);
	kfree(chunk);
	return err;
}

static void raid_remove(struct pci_dev *pdev)
{
}

static const struct pci_device_id raid_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver raid_driver = {
	.name = "raid",
	.id_table = raid_ids,
	.probe = raid_probe,
	.remove = raid_remove,
};
module_pci_driver(raid_driver);
MODULE_LICENSE("GPL");
