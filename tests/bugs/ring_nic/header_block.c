// SPDX-License-Identifier: GPL-2.0-only
/*
 * A header block of a DMA pool is freed right behind the doorbell, while the card has still to read it.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/module.h>
#include <linux/pci.h>

#define NIC_CONTROL 0x04
#define NIC_TX_BASE 0x20
#define NIC_TX_SIZE 0x28
#define NIC_TX_HEAD 0x2c
#define NIC_TX_TAIL 0x30
#define DESC_EOP 0x1
#define DESC_OWN 0x80000000
#define HEADER 64

struct nic_desc {
	u64 addr;
	u32 status;
	u16 length, checksum;
};

struct header_nic {
	void __iomem *regs;
	struct nic_desc *ring;
	struct dma_pool *headers;
};

static void wait_sent(struct header_nic *nic)
{
	while (!readl(nic->regs + NIC_TX_HEAD))
		udelay(1);
}

static int send_header(struct header_nic *nic)
{
	dma_addr_t dma;
	u8 *header = dma_pool_alloc(nic->headers, GFP_KERNEL, &dma);

	if (!header)
		return -ENOMEM;
	memset(header, 0x5a, HEADER);
	nic->ring[0].addr = dma;
	nic->ring[0].length = HEADER;
	dma_wmb();
	nic->ring[0].status = DESC_OWN | DESC_EOP;
#ifndef FIXED
	writel(1, nic->regs + NIC_TX_TAIL);
	dma_pool_free(nic->headers, header, dma); /* BUG: dma-pool-block */
	wait_sent(nic);
#else
	writel(1, nic->regs + NIC_TX_TAIL);
	wait_sent(nic);
	dma_pool_free(nic->headers, header, dma);
#endif
	return 0;
}

static int header_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct header_nic nic = {};
	dma_addr_t ring;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	nic.regs = pcim_iomap(pdev, 0, 0);
	nic.ring = dmam_alloc_coherent(&pdev->dev, 4 * sizeof(*nic.ring), &ring, GFP_KERNEL);
	if (!nic.regs || !nic.ring)
		return -ENOMEM;
	nic.headers = dma_pool_create("headers", &pdev->dev, HEADER, 64, 0);
	if (!nic.headers)
		return -ENOMEM;
	pci_set_master(pdev);
	writel(ring, nic.regs + NIC_TX_BASE);
	writel(4, nic.regs + NIC_TX_SIZE);
	writel(1, nic.regs + NIC_CONTROL);
	err = send_header(&nic);
	writel(0, nic.regs + NIC_CONTROL);
	dma_pool_destroy(nic.headers);
	return err;
}

static const struct pci_device_id header_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver header_driver = { .name = "header_block", .id_table = header_ids, .probe = header_probe };
module_pci_driver(header_driver);
MODULE_LICENSE("GPL");
