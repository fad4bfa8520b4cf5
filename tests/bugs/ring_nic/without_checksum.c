// SPDX-License-Identifier: GPL-2.0-only
/*
 * The receive buffer is mapped for a frame of 1514 bytes, and the card is told of the 4 bytes of checksum as well.
 */
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define REG(ring, at) ((ring) + (at))
#define CONTROL 0x04
#define IRQ_STATUS 0x10
#define IRQ_MASK 0x14
#define TX 0x20
#define RX 0x40
#define BASE 0x00
#define SIZE 0x08
#define TAIL 0x10
#define RX_DONE 0x2
#define OWN 0x80000000
#define EOP 0x1
#define FRAME 1514
#define FCS 4
#ifndef FIXED
#define MAPPED FRAME
#else
#define MAPPED (FRAME + FCS)
#endif

struct desc { u64 addr; u32 status; u16 length, checksum; };

struct eth {
	void __iomem *regs;
	struct desc *ring; /* two to send, two to receive */
	struct completion received;
};

static irqreturn_t eth_irq(int irq, void *data)
{
	struct eth *eth = data;
	u32 causes = readl(eth->regs + IRQ_STATUS);

	writel(causes, eth->regs + IRQ_STATUS);
	if (causes & RX_DONE)
		complete(&eth->received);
	return causes ? IRQ_HANDLED : IRQ_NONE;
}

static int eth_loop(struct device *dev, struct eth *eth, void *buffer, dma_addr_t frame)
{
	dma_addr_t dma;

	dma = dma_map_single(dev, buffer, MAPPED, DMA_FROM_DEVICE); /* BUG: dma-past-mapping */
	if (dma_mapping_error(dev, dma))
		return -EIO;
	eth->ring[2] = (struct desc){ .addr = dma, .length = FRAME + FCS };
	eth->ring[0] = (struct desc){ .addr = frame, .length = FRAME + FCS };
	dma_wmb();
	eth->ring[2].status = OWN;
	eth->ring[0].status = OWN | EOP;
	writel(1, eth->regs + REG(RX, TAIL));
	writel(1, eth->regs + REG(TX, TAIL));
	wait_for_completion_timeout(&eth->received, HZ / 10);
	writel(0, eth->regs + CONTROL);
	dma_unmap_single(dev, dma, MAPPED, DMA_FROM_DEVICE);
	return 0;
}

static int eth_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct eth *eth = devm_kzalloc(&pdev->dev, sizeof(*eth), GFP_KERNEL);
	void *buffer = devm_kzalloc(&pdev->dev, 2048, GFP_KERNEL);
	dma_addr_t ring;
	int err = eth && buffer ? pcim_enable_device(pdev) : -ENOMEM;

	if (err)
		return err;
	init_completion(&eth->received);
	eth->regs = pcim_iomap(pdev, 0, 0);
	eth->ring = dmam_alloc_coherent(&pdev->dev, PAGE_SIZE, &ring, GFP_KERNEL);
	if (!eth->regs || !eth->ring)
		return -ENOMEM;
	memset(eth->ring, 0, PAGE_SIZE);
	err = devm_request_irq(&pdev->dev, pdev->irq, eth_irq, IRQF_SHARED, "without_checksum", eth);
	if (err)
		return err;
	pci_set_master(pdev);
	writel(ring, eth->regs + REG(TX, BASE));
	writel(2, eth->regs + REG(TX, SIZE));
	writel(ring + 2 * sizeof(struct desc), eth->regs + REG(RX, BASE));
	writel(2, eth->regs + REG(RX, SIZE));
	writel(RX_DONE, eth->regs + IRQ_MASK);
	writel(0x7, eth->regs + CONTROL);
	return eth_loop(&pdev->dev, eth, buffer, ring + PAGE_SIZE / 2);
}

static const struct pci_device_id eth_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver eth_driver = { .name = "without_checksum", .id_table = eth_ids, .probe = eth_probe };
module_pci_driver(eth_driver);
MODULE_LICENSE("GPL");
