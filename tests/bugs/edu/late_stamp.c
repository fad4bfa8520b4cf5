// SPDX-License-Identifier: GPL-2.0-only
/*
 * The message is stamped after it was mapped: the buffer is the device's by then, and it writes its answer there.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

struct message {
	__le32 sequence;
	__le32 answer;
	u8 body[248];
};

static int exchange(struct pci_dev *pdev, void __iomem *regs, struct message *message, u32 sequence)
{
	dma_addr_t addr;

#ifdef FIXED
	message->sequence = cpu_to_le32(sequence);
#endif
	addr = dma_map_single(&pdev->dev, message, sizeof(*message), DMA_BIDIRECTIONAL);
	if (dma_mapping_error(&pdev->dev, addr))
		return -ENOMEM;
#ifndef FIXED
	message->sequence = cpu_to_le32(sequence); /* BUG: dma-cpu-write */
#endif
	for (int back = 0; back < 2; back++) {
		writel(back ? 0x40000 : addr, regs + 0x80);
		writel(back ? addr : 0x40000, regs + 0x88);
		writel(sizeof(*message), regs + 0x90);
		writel(back ? 3 : 1, regs + 0x98);
		while (readl(regs + 0x98) & 1)
			msleep(20);
	}
	dma_unmap_single(&pdev->dev, addr, sizeof(*message), DMA_BIDIRECTIONAL);
	return le32_to_cpu(message->answer) ? -EPROTO : 0;
}

static int late_stamp_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct message *message;
	void __iomem *regs;
	int err = pci_enable_device(pdev);

	if (err)
		return err;
	err = -ENOMEM;
	message = kzalloc(sizeof(*message), GFP_KERNEL);
	regs = pci_iomap(pdev, 0, 0);
	if (!message || !regs)
		goto out;
	pci_set_drvdata(pdev, regs);
	pci_set_master(pdev);
	err = dma_set_mask(&pdev->dev, DMA_BIT_MASK(28));
	if (!err)
		err = exchange(pdev, regs, message, jiffies);
out:
	kfree(message);
	if (err && regs)
		pci_iounmap(pdev, regs);
	if (err)
		pci_disable_device(pdev);
	return err;
}

static void late_stamp_remove(struct pci_dev *pdev)
{
	pci_iounmap(pdev, pci_get_drvdata(pdev));
	pci_clear_master(pdev);
	pci_disable_device(pdev);
}

static const struct pci_device_id late_stamp_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver late_stamp_driver = {
	.name = "late_stamp",
	.id_table = late_stamp_ids,
	.probe = late_stamp_probe,
	.remove = late_stamp_remove,
};
module_pci_driver(late_stamp_driver);
MODULE_LICENSE("GPL");
