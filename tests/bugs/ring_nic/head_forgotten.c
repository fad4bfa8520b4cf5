// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet is mapped with its head and its fragments, and unmapped with the number of its fragments.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#define NIC_CONTROL 0x04
#define NIC_TX_BASE 0x20
#define NIC_TX_SIZE 0x28
#define NIC_TX_HEAD 0x2c
#define NIC_TX_TAIL 0x30
#define TX_ENABLE 0x1
#define EOP 0x1
#define OWN 0x80000000
#define RING 8
#define FRAGMENTS 2

struct packet {
	u8 head[64];
	u8 fragment[FRAGMENTS][128];
	struct scatterlist pieces[1 + FRAGMENTS];
};

struct gather_nic {
	struct device *dev;
	void __iomem *regs;
	struct { u64 addr; u32 status; u16 length, checksum; } *ring;
};

static int packet_map(struct gather_nic *nic, struct packet *packet)
{
	sg_init_table(packet->pieces, 1 + FRAGMENTS);
	sg_set_buf(&packet->pieces[0], packet->head, sizeof(packet->head));
	for (int i = 0; i < FRAGMENTS; i++)
		sg_set_buf(&packet->pieces[1 + i], packet->fragment[i], sizeof(packet->fragment[i]));
	return dma_map_sg(nic->dev, packet->pieces, 1 + FRAGMENTS, DMA_TO_DEVICE);
}

static int packet_send(struct gather_nic *nic, struct packet *packet)
{
	struct scatterlist *piece;
	int i, count = packet_map(nic, packet);

	if (!count)
		return -EIO;
	for_each_sg(packet->pieces, piece, count, i) {
		nic->ring[i].addr = sg_dma_address(piece);
		nic->ring[i].length = sg_dma_len(piece);
		dma_wmb();
		nic->ring[i].status = OWN | (i + 1 == count ? EOP : 0);
	}
	writel(count, nic->regs + NIC_TX_TAIL);
	while (readl(nic->regs + NIC_TX_HEAD) != count)
		udelay(1);
#ifndef FIXED
	dma_unmap_sg(nic->dev, packet->pieces, FRAGMENTS, DMA_TO_DEVICE); /* BUG: dma-unmap-sg-count */
#else
	dma_unmap_sg(nic->dev, packet->pieces, 1 + FRAGMENTS, DMA_TO_DEVICE);
#endif
	return 0;
}

static int gather_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct packet *packet = devm_kzalloc(&pdev->dev, sizeof(*packet), GFP_KERNEL);
	struct gather_nic nic = { .dev = &pdev->dev };
	dma_addr_t ring;
	int err = packet ? pcim_enable_device(pdev) : -ENOMEM;

	if (err)
		return err;
	nic.regs = pcim_iomap(pdev, 0, 0);
	nic.ring = dmam_alloc_coherent(&pdev->dev, RING * sizeof(*nic.ring), &ring, GFP_KERNEL);
	if (!nic.regs || !nic.ring)
		return -ENOMEM;
	pci_set_master(pdev);
	writel(ring, nic.regs + NIC_TX_BASE);
	writel(RING, nic.regs + NIC_TX_SIZE);
	writel(TX_ENABLE, nic.regs + NIC_CONTROL);
	err = packet_send(&nic, packet);
	writel(0, nic.regs + NIC_CONTROL);
	return err;
}

static const struct pci_device_id gather_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver gather_driver = { .name = "head_forgotten", .id_table = gather_ids, .probe = gather_probe };
module_pci_driver(gather_driver);
MODULE_LICENSE("GPL");
