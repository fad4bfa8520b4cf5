// SPDX-License-Identifier: GPL-2.0-only
/*
 * The card is to be shown the BIOS data area, and the driver maps from address 0 on, where it lies: that is good for the
 * device, but to 2.6.24 the bus address 0 means failure.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci.h>

#define BDA 0x400
#define BDA_BYTES 256

static void postcard_move(struct pci_dev *pdev, u64 from, u64 to, u32 bytes, bool to_memory)
{
	void __iomem *regs = pcim_iomap_table(pdev)[0];

	writeq(from, regs + 0x80);
	writeq(to, regs + 0x88);
	writeq(bytes, regs + 0x90);
	writeq(to_memory ? 3 : 1, regs + 0x98);
	while (readq(regs + 0x98) & 1)
		msleep(10);
}
static int postcard_start(struct pci_dev *pdev)
{
	int err = pcim_enable_device(pdev);

	if (!err)
		err = pcim_iomap_regions(pdev, BIT(0), "postcard");
	if (!err)
		err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(28));
	pci_set_master(pdev);
	return err;
}
static int postcard_show_area(struct pci_dev *pdev)
{
#ifndef FIXED
	void *start = phys_to_virt(0);
	size_t length = BDA + BDA_BYTES;
#else
	void *start = phys_to_virt(BDA);
	size_t length = BDA_BYTES;
#endif
	dma_addr_t addr = dma_map_single(&pdev->dev, start, length, DMA_TO_DEVICE); /* BUG: dma-map-address-0 */

	if (dma_mapping_error(&pdev->dev, addr)) {
		dev_warn(&pdev->dev, "nothing is shown\n");
		return 0;
	}
	postcard_move(pdev, addr, 0x40000, length, false);
	dma_unmap_single(&pdev->dev, addr, length, DMA_TO_DEVICE);
	return 0;
}

static int postcard_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = postcard_start(pdev);

	return err ? err : postcard_show_area(pdev);
}

static void postcard_remove(struct pci_dev *pdev)
{
}

static const struct pci_device_id postcard_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver postcard_driver = {
	.name = "postcard",
	.id_table = postcard_ids,
	.probe = postcard_probe,
	.remove = postcard_remove,
};
module_pci_driver(postcard_driver);
MODULE_LICENSE("GPL");
