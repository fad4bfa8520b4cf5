// SPDX-License-Identifier: GPL-2.0-only
/*
 * The barrier before a receive descriptor's OWN bit is smp_wmb(), which orders for processors and not for the card.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define REG_CONTROL 0x04
#define REG_TX_BASE 0x20
#define REG_TX_SIZE 0x28
#define REG_TX_WAKE 0x30
#define REG_RX_BASE 0x40
#define REG_RX_SIZE 0x48
#define TX_RX_LOOP_BY_OWN 0xf
#define OWN BIT(31)
#define EOP BIT(0)
#define ENTRIES 4
#define BYTES 192

struct desc {
	__le64 addr;
	__le32 status;
	__le16 length, checksum;
};

struct smp_nic {
	struct device *dev;
	void __iomem *regs;
	struct desc *tx, *rx;
	void *buffer[ENTRIES];
	dma_addr_t dma[ENTRIES];
};

static int rx_refill(struct smp_nic *nic, unsigned int i)
{
	nic->buffer[i] = kzalloc(BYTES, GFP_KERNEL);
	if (!nic->buffer[i])
		return -ENOMEM;
	nic->dma[i] = dma_map_single(nic->dev, nic->buffer[i], BYTES, DMA_FROM_DEVICE);
	if (dma_mapping_error(nic->dev, nic->dma[i])) {
		kfree(nic->buffer[i]);
		nic->buffer[i] = NULL;
		return -EIO;
	}
	nic->rx[i].addr = cpu_to_le64(nic->dma[i]);
	nic->rx[i].length = cpu_to_le16(BYTES);
#ifndef FIXED
	smp_wmb();
#else
	dma_wmb();
#endif
	WRITE_ONCE(nic->rx[i].status, cpu_to_le32(OWN)); /* BUG: dma-missing-barrier */
	return 0;
}

static void loop(struct smp_nic *nic, dma_addr_t frame)
{
	nic->tx[0].addr = cpu_to_le64(frame);
	nic->tx[0].length = cpu_to_le16(BYTES);
	dma_wmb();
	WRITE_ONCE(nic->tx[0].status, cpu_to_le32(OWN | EOP));
	writel(0, nic->regs + REG_TX_WAKE);
	udelay(20);
}

static void rx_empty(struct smp_nic *nic)
{
	for (int i = 0; i < ENTRIES; i++) {
		if (!nic->buffer[i])
			continue;
		dma_unmap_single(nic->dev, nic->dma[i], BYTES, DMA_FROM_DEVICE);
		kfree(nic->buffer[i]);
	}
}

static int smp_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct smp_nic nic = { .dev = &pdev->dev };
	dma_addr_t rings, frame;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	nic.regs = pcim_iomap(pdev, 0, 0);
	nic.tx = dmam_alloc_coherent(&pdev->dev, 2 * ENTRIES * sizeof(struct desc), &rings, GFP_KERNEL);
	if (!nic.regs || !nic.tx || !dmam_alloc_coherent(&pdev->dev, BYTES, &frame, GFP_KERNEL))
		return -ENOMEM;
	memset(nic.tx, 0, 2 * ENTRIES * sizeof(struct desc));
	nic.rx = nic.tx + ENTRIES;
	pci_set_master(pdev);
	writel(rings, nic.regs + REG_TX_BASE);
	writel(rings + ENTRIES * sizeof(struct desc), nic.regs + REG_RX_BASE);
	writel(ENTRIES, nic.regs + REG_TX_SIZE);
	writel(ENTRIES, nic.regs + REG_RX_SIZE);
	writel(TX_RX_LOOP_BY_OWN, nic.regs + REG_CONTROL);
	for (unsigned int i = 0; i < ENTRIES && !err; i++)
		err = rx_refill(&nic, i);
	if (!err)
		loop(&nic, frame);
	writel(0, nic.regs + REG_CONTROL);
	rx_empty(&nic);
	return err;
}

static const struct pci_device_id smp_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver smp_driver = { .name = "for_other_processors", .id_table = smp_ids, .probe = smp_probe };
module_pci_driver(smp_driver);
MODULE_LICENSE("GPL");
