// SPDX-License-Identifier: GPL-2.0-only
/*
 * One helper maps for both ways, and takes the flag of a write for the direction: reads are mapped DMA_TO_DEVICE.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define SECTOR 512

struct disk {
	void __iomem *regs;
	u8 sector[SECTOR] ____cacheline_aligned;
};

static int transfer(struct pci_dev *pdev, struct disk *disk, bool write)
{
	enum dma_data_direction dir;
	dma_addr_t addr;

#ifndef FIXED
	dir = write ? DMA_FROM_DEVICE : DMA_TO_DEVICE;
#else
	dir = write ? DMA_TO_DEVICE : DMA_FROM_DEVICE;
#endif
	addr = dma_map_single(&pdev->dev, disk->sector, SECTOR, dir); /* BUG: dma-against-direction */
	if (dma_mapping_error(&pdev->dev, addr))
		return -EIO;
	writeq(write ? addr : 0x40000, disk->regs + 0x80);
	writeq(write ? 0x40000 : addr, disk->regs + 0x88);
	writeq(SECTOR, disk->regs + 0x90);
	writeq(write ? 1 : 3, disk->regs + 0x98);
	while (readq(disk->regs + 0x98) & 1)
		msleep(10);
	dma_unmap_single(&pdev->dev, addr, SECTOR, dir);
	return 0;
}

static ssize_t signature_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct disk *disk = dev_get_drvdata(dev);
	int err = transfer(to_pci_dev(dev), disk, false);

	return err ? err : sprintf(buf, "%02x%02x\n", disk->sector[510], disk->sector[511]);
}
static DEVICE_ATTR_RO(signature);

static int disk_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct disk *disk = devm_kzalloc(&pdev->dev, sizeof(*disk), GFP_KERNEL);
	int err = pcim_enable_device(pdev);

	if (err || !disk)
		return err ? err : -ENOMEM;
	disk->regs = pcim_iomap(pdev, 0, 0);
	if (!disk->regs)
		return -ENODEV;
	pci_set_master(pdev);
	pci_set_drvdata(pdev, disk);
	err = dma_set_mask(&pdev->dev, DMA_BIT_MASK(28));
	return err ? err : device_create_file(&pdev->dev, &dev_attr_signature);
}

static void disk_remove(struct pci_dev *pdev)
{
	device_remove_file(&pdev->dev, &dev_attr_signature);
}

static const struct pci_device_id disk_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver disk_driver = {
	.name = "wrong_way",
	.id_table = disk_ids,
	.probe = disk_probe,
	.remove = disk_remove,
};
module_pci_driver(disk_driver);
MODULE_LICENSE("GPL");
