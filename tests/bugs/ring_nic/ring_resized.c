// SPDX-License-Identifier: GPL-2.0-only
/*
 * When the buffers are changed for larger ones, the old one is freed before it is unmapped.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#define CONTROL 0x04
#define RX_BASE 0x40
#define RX_SIZE 0x48
#define RX_TAIL 0x50
#define RX_ENABLE 0x2
#define OWN 0x80000000

struct sized_nic {
	struct device *dev;
	void __iomem *regs;
	struct { u64 addr; u32 status; u16 length, checksum; } *ring;
	void *buffer;
	dma_addr_t dma;
	unsigned int bytes;
};

static void card_stop(struct sized_nic *nic)
{
	writel(0, nic->regs + CONTROL);
	readl(nic->regs + CONTROL);
}

static int buffer_post(struct sized_nic *nic, unsigned int bytes)
{
	nic->buffer = kzalloc(bytes, GFP_KERNEL);
	if (!nic->buffer)
		return -ENOMEM;
	nic->dma = dma_map_single(nic->dev, nic->buffer, bytes, DMA_FROM_DEVICE);
	if (dma_mapping_error(nic->dev, nic->dma)) {
		kfree(nic->buffer);
		nic->buffer = NULL;
		return -EIO;
	}
	nic->bytes = bytes;
	nic->ring[0].addr = nic->dma;
	nic->ring[0].length = bytes;
	dma_wmb();
	nic->ring[0].status = OWN;
	writel(RX_ENABLE, nic->regs + CONTROL);
	return 0;
}

static void buffer_take_back(struct sized_nic *nic)
{
	if (!nic->buffer)
		return;
	card_stop(nic);
#ifndef FIXED
	kfree(nic->buffer); /* BUG: dma-free-while-mapped */
	dma_unmap_single(nic->dev, nic->dma, nic->bytes, DMA_FROM_DEVICE);
#else
	dma_unmap_single(nic->dev, nic->dma, nic->bytes, DMA_FROM_DEVICE);
	kfree(nic->buffer);
#endif
	nic->buffer = NULL;
}

static ssize_t bytes_show(struct device *dev, struct device_attribute *attr, char *text)
{
	struct sized_nic *nic = dev_get_drvdata(dev);

	return sprintf(text, "%u\n", nic->bytes);
}

static ssize_t bytes_store(struct device *dev, struct device_attribute *attr, const char *text, size_t count)
{
	struct sized_nic *nic = dev_get_drvdata(dev);
	unsigned int bytes;
	int err = kstrtouint(text, 0, &bytes);

	if (err || !bytes || bytes > 16384)
		return err ? err : -EINVAL;
	buffer_take_back(nic);
	err = buffer_post(nic, bytes);
	return err ? err : count;
}
static DEVICE_ATTR_RW(bytes);

static int sized_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct sized_nic *nic = devm_kzalloc(&pdev->dev, sizeof(*nic), GFP_KERNEL);
	dma_addr_t ring;
	int err = nic ? pcim_enable_device(pdev) : -ENOMEM;

	if (err)
		return err;
	nic->dev = &pdev->dev;
	nic->regs = pcim_iomap(pdev, 0, 0);
	nic->ring = dmam_alloc_coherent(&pdev->dev, 2 * sizeof(*nic->ring), &ring, GFP_KERNEL);
	if (!nic->regs || !nic->ring)
		return -ENOMEM;
	pci_set_drvdata(pdev, nic);
	pci_set_master(pdev);
	writel(ring, nic->regs + RX_BASE);
	writel(2, nic->regs + RX_SIZE);
	err = buffer_post(nic, 256);
	return err ? err : device_create_file(&pdev->dev, &dev_attr_bytes);
}

static void sized_remove(struct pci_dev *pdev)
{
	device_remove_file(&pdev->dev, &dev_attr_bytes);
	buffer_take_back(pci_get_drvdata(pdev));
}

static const struct pci_device_id sized_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver sized_driver = {
	.name = "ring_resized", .id_table = sized_ids, .probe = sized_probe, .remove = sized_remove,
};
module_pci_driver(sized_driver);
MODULE_LICENSE("GPL");
