// SPDX-License-Identifier: GPL-2.0-only
/*
 * The length of a frame is corrected for the minimum of 60 bytes after the doorbell, in a descriptor that the card has.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define NIC_CONTROL 0x04
#define NIC_TX_BASE 0x20
#define NIC_TX_BASE_HIGH 0x24
#define NIC_TX_SIZE 0x28
#define NIC_TX_TAIL 0x30
#define CONTROL_TX 0x1
#define DESC_EOP 0x1
#define DESC_OWN 0x80000000
#define ENTRIES 8
#define MIN_FRAME 60
#define RING_BYTES (ENTRIES * sizeof(struct desc))

struct desc {
	__le64 addr;
	__le32 status;
	__le16 length;
	__le16 checksum;
};

struct late_length {
	void __iomem *regs;
	struct desc *ring;
	unsigned int tail;
};

static void post(struct late_length *nic, dma_addr_t frame, unsigned int len)
{
	struct desc *desc = &nic->ring[nic->tail];

	nic->tail = (nic->tail + 1) % ENTRIES;
	desc->addr = cpu_to_le64(frame);
	desc->length = cpu_to_le16(len);
#ifndef FIXED
	dma_wmb();
	desc->status = cpu_to_le32(DESC_OWN | DESC_EOP);
	writel(nic->tail, nic->regs + NIC_TX_TAIL);
	if (len < MIN_FRAME)
		desc->length = cpu_to_le16(MIN_FRAME); /* BUG: dma-descriptor-write */
#else
	if (len < MIN_FRAME)
		desc->length = cpu_to_le16(MIN_FRAME);
	dma_wmb();
	desc->status = cpu_to_le32(DESC_OWN | DESC_EOP);
	writel(nic->tail, nic->regs + NIC_TX_TAIL);
#endif
	while (READ_ONCE(desc->status) & cpu_to_le32(DESC_OWN))
		udelay(1);
}

static int late_length_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct late_length *nic = devm_kzalloc(&pdev->dev, sizeof(*nic), GFP_KERNEL);
	dma_addr_t ring, frame;
	void *data;

	if (!nic || pcim_enable_device(pdev) || dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(32)))
		return -ENODEV;
	nic->regs = pcim_iomap(pdev, 0, 0);
	nic->ring = dmam_alloc_coherent(&pdev->dev, RING_BYTES, &ring, GFP_KERNEL);
	data = dmam_alloc_coherent(&pdev->dev, MIN_FRAME, &frame, GFP_KERNEL);
	if (!nic->regs || !nic->ring || !data)
		return -ENOMEM;
	memset(data, 0xff, MIN_FRAME);
	memset(nic->ring, 0, RING_BYTES);
	pci_set_master(pdev);
	writel(lower_32_bits(ring), nic->regs + NIC_TX_BASE);
	writel(upper_32_bits(ring), nic->regs + NIC_TX_BASE_HIGH);
	writel(ENTRIES, nic->regs + NIC_TX_SIZE);
	writel(CONTROL_TX, nic->regs + NIC_CONTROL);
	post(nic, frame, 42);
	writel(0, nic->regs + NIC_CONTROL);
	return 0;
}

static const struct pci_device_id late_length_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver late_length_driver = {
	.name = "late_length",
	.id_table = late_length_ids,
	.probe = late_length_probe,
};
module_pci_driver(late_length_driver);
MODULE_LICENSE("GPL");
