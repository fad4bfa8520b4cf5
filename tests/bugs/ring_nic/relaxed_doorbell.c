// SPDX-License-Identifier: GPL-2.0-only
/*
 * To save time the doorbell became a relaxed write, and nothing orders it behind the descriptor any more.
 */
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/completion.h>
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
#define EOP_IRQ_OWN 0x80000003
#define FRAME 60

struct quick {
	void __iomem *regs;
	struct { u64 addr; u32 status; u16 length, checksum; } *ring;
	struct completion done;
};

static irqreturn_t quick_irq(int irq, void *data)
{
	struct quick *quick = data;
	u32 causes = readl(quick->regs + IRQ_STATUS);

	if (!causes)
		return IRQ_NONE;
	writel(causes, quick->regs + IRQ_STATUS);
	complete(&quick->done);
	return IRQ_HANDLED;
}

static int quick_send(struct quick *quick, dma_addr_t frame)
{
	quick->ring[0].addr = frame;
	quick->ring[0].length = FRAME;
	quick->ring[0].checksum = 0;
	dma_wmb();
	quick->ring[0].status = EOP_IRQ_OWN;
#ifdef FIXED
	wmb();
#endif
	writel_relaxed(1, quick->regs + TX_TAIL); /* BUG: dma-missing-barrier */
	return wait_for_completion_timeout(&quick->done, HZ) ? 0 : -ETIMEDOUT;
}

static int quick_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct quick *quick = devm_kzalloc(&pdev->dev, sizeof(*quick), GFP_KERNEL);
	dma_addr_t ring, frame;
	int err = quick ? pcim_enable_device(pdev) : -ENOMEM;

	if (err)
		return err;
	init_completion(&quick->done);
	quick->regs = pcim_iomap(pdev, 0, 0);
	quick->ring = dmam_alloc_coherent(&pdev->dev, 4 * sizeof(*quick->ring), &ring, GFP_KERNEL);
	if (!quick->regs || !quick->ring || !dmam_alloc_coherent(&pdev->dev, FRAME, &frame, GFP_KERNEL))
		return -ENOMEM;
	err = devm_request_irq(&pdev->dev, pdev->irq, quick_irq, IRQF_SHARED, "relaxed_doorbell", quick);
	if (err)
		return err;
	pci_set_master(pdev);
	writel(ring, quick->regs + TX_BASE);
	writel(4, quick->regs + TX_SIZE);
	writel(TX_DONE, quick->regs + IRQ_MASK);
	writel(1, quick->regs + CONTROL);
	err = quick_send(quick, frame);
	writel(0, quick->regs + CONTROL);
	return err;
}

static const struct pci_device_id quick_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver quick_driver = { .name = "relaxed_doorbell", .id_table = quick_ids, .probe = quick_probe };
module_pci_driver(quick_driver);
MODULE_LICENSE("GPL");
