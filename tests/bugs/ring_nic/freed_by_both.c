// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interrupt handler frees the block of a frame that was sent, and remove() frees what the table still lists.
 */
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define CONTROL 0x04
#define IRQ_STATUS 0x10
#define IRQ_MASK 0x14
#define TX_BASE 0x20
#define TX_SIZE 0x28
#define TX_TAIL 0x30
#define TX_DONE 0x1
#define SENT (0x80000000 | 0x3) /* OWN, IRQ, EOP */
#define FRAME 64

struct card {
	void __iomem *regs;
	struct { u64 addr; u32 status; u16 length, checksum; } *ring;
	struct dma_pool *frames;
	void *frame;
	dma_addr_t frame_dma;
	struct completion sent;
};

static void card_free_frame(struct card *card)
{
	if (!card->frame)
		return;
	dma_pool_free(card->frames, card->frame, card->frame_dma); /* BUG: dma-pool-double-free */
#ifdef FIXED
	card->frame = NULL;
#endif
}

static irqreturn_t card_irq(int irq, void *data)
{
	struct card *card = data;
	u32 causes = readl(card->regs + IRQ_STATUS);

	if (!causes)
		return IRQ_NONE;
	writel(causes, card->regs + IRQ_STATUS);
	if (causes & TX_DONE) {
		card_free_frame(card);
		complete(&card->sent);
	}
	return IRQ_HANDLED;
}

static int card_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct card *card = devm_kzalloc(&pdev->dev, sizeof(*card), GFP_KERNEL);
	dma_addr_t ring;

	if (!card || pcim_enable_device(pdev))
		return -ENODEV;
	pci_set_drvdata(pdev, card);
	init_completion(&card->sent);
	card->regs = pcim_iomap(pdev, 0, 0);
	card->ring = dmam_alloc_coherent(&pdev->dev, 2 * sizeof(*card->ring), &ring, GFP_KERNEL);
	card->frames = dmam_pool_create("frames", &pdev->dev, FRAME, FRAME, 0);
	if (!card->regs || !card->ring || !card->frames)
		return -ENOMEM;
	card->frame = dma_pool_zalloc(card->frames, GFP_KERNEL, &card->frame_dma);
	if (!card->frame || devm_request_irq(&pdev->dev, pdev->irq, card_irq, IRQF_SHARED, "freed_by_both", card))
		return -EIO;
	pci_set_master(pdev);
	writel(ring, card->regs + TX_BASE);
	writel(2, card->regs + TX_SIZE);
	writel(TX_DONE, card->regs + IRQ_MASK);
	writel(1, card->regs + CONTROL);
	card->ring[0].addr = card->frame_dma;
	card->ring[0].length = FRAME;
	dma_wmb();
	card->ring[0].status = SENT;
	writel(1, card->regs + TX_TAIL);
	return wait_for_completion_timeout(&card->sent, HZ) ? 0 : -ETIMEDOUT;
}

static void card_remove(struct pci_dev *pdev)
{
	struct card *card = pci_get_drvdata(pdev);

	writel(0, card->regs + CONTROL);
	card_free_frame(card);
}

static const struct pci_device_id card_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver card_driver = {
	.name = "freed_by_both", .id_table = card_ids, .probe = card_probe, .remove = card_remove,
};
module_pci_driver(card_driver);
MODULE_LICENSE("GPL");
