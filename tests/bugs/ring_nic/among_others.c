// SPDX-License-Identifier: GPL-2.0-only
/*
 * The receive buffers are objects of 1 KiB, of which four share a page: the card reaches those of others, too.
 * machine: iommu.enabled = true
 */
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define BUFFER 1024
#define SESSIONS 8

struct session {
	char key[BUFFER];
};

static struct session *sessions[SESSIONS];
static void *buffer;
static dma_addr_t dma;

#ifndef FIXED
#define MAPPED BUFFER
static void *buffer_get(void)
{
	return kzalloc(BUFFER, GFP_KERNEL);
}

static void buffer_put(void)
{
	kfree(buffer);
}
#else
#define MAPPED PAGE_SIZE
static void *buffer_get(void)
{
	return (void *)get_zeroed_page(GFP_KERNEL);
}

static void buffer_put(void)
{
	free_page((unsigned long)buffer);
}
#endif

static void sessions_free(void)
{
	for (int i = 0; i < SESSIONS; i++)
		kfree(sessions[i]);
}

static int others_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	for (int i = 0; i < SESSIONS; i++)
		sessions[i] = kzalloc(sizeof(*sessions[i]), GFP_KERNEL);
	buffer = buffer_get();
	if (!buffer)
		goto out;
	dma = dma_map_single(&pdev->dev, buffer, MAPPED, DMA_FROM_DEVICE); /* BUG: iommu-exposes-neighbours */
	if (!dma_mapping_error(&pdev->dev, dma))
		return 0;
	buffer_put();
out:
	sessions_free();
	return -ENOMEM;
}

static void others_remove(struct pci_dev *pdev)
{
	dma_unmap_single(&pdev->dev, dma, MAPPED, DMA_FROM_DEVICE);
	buffer_put();
	sessions_free();
}

static const struct pci_device_id others_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver others_driver = {
	.name = "among_others",
	.id_table = others_ids,
	.probe = others_probe,
	.remove = others_remove,
};
module_pci_driver(others_driver);
MODULE_LICENSE("GPL");
