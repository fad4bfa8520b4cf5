// SPDX-License-Identifier: GPL-2.0-only
/*
 * A command block is filled member by member, and its reserved bytes go to the device as kmalloc() found them.
 * machine: uninitialized = true
 */
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define EDU_IRQ_STATUS 0x24
#define EDU_IRQ_ACK 0x64
#define EDU_DMA_SRC 0x80
#define EDU_DMA_DST 0x88
#define EDU_DMA_COUNT 0x90
#define EDU_DMA_CMD 0x98
#define EDU_DEVICE_BUFFER 0x40000

struct command {
	u32 opcode;
	u32 length;
	u64 cookie;
	u8 reserved[16];
	u64 argument;
};

struct sender {
	void __iomem *regs;
	struct completion done;
};

static irqreturn_t sender_irq(int irq, void *data)
{
	struct sender *sender = data;
	u32 status = readl(sender->regs + EDU_IRQ_STATUS);

	if (!status)
		return IRQ_NONE;
	writel(status, sender->regs + EDU_IRQ_ACK);
	complete(&sender->done);
	return IRQ_HANDLED;
}

static int send_command(struct pci_dev *pdev, struct sender *sender, u32 opcode, u64 argument)
{
	struct command *command;
	dma_addr_t handle;
	int err = 0;

#ifndef FIXED
	command = kmalloc(sizeof(*command), GFP_KERNEL); /* BUG: dma-uninitialized */
#else
	command = kzalloc(sizeof(*command), GFP_KERNEL);
#endif
	if (!command)
		return -ENOMEM;
	command->opcode = opcode;
	command->length = sizeof(*command);
	command->cookie = 1;
	command->argument = argument;
	handle = dma_map_single(&pdev->dev, command, sizeof(*command), DMA_TO_DEVICE);
	err = dma_mapping_error(&pdev->dev, handle);
	if (err)
		goto out;
	writel(handle, sender->regs + EDU_DMA_SRC);
	writel(EDU_DEVICE_BUFFER, sender->regs + EDU_DMA_DST);
	writel(sizeof(*command), sender->regs + EDU_DMA_COUNT);
	writel(0x5, sender->regs + EDU_DMA_CMD);
	if (!wait_for_completion_timeout(&sender->done, HZ))
		err = -ETIMEDOUT;
	dma_unmap_single(&pdev->dev, handle, sizeof(*command), DMA_TO_DEVICE);
out:
	kfree(command);
	return err;
}

static int sender_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct sender *sender = devm_kzalloc(&pdev->dev, sizeof(*sender), GFP_KERNEL);
	int err = sender ? pcim_enable_device(pdev) : -ENOMEM;

	if (err)
		return err;
	sender->regs = pcim_iomap(pdev, 0, 0);
	if (!sender->regs)
		return -EIO;
	init_completion(&sender->done);
	pci_set_master(pdev);
	err = dma_set_mask(&pdev->dev, DMA_BIT_MASK(28));
	if (!err)
		err = devm_request_irq(&pdev->dev, pdev->irq, sender_irq, IRQF_SHARED, "padding_sent", sender);
	return err ? err : send_command(pdev, sender, 7, 0x1000);
}

static const struct pci_device_id sender_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver sender_driver = { .name = "padding_sent", .id_table = sender_ids, .probe = sender_probe };
module_pci_driver(sender_driver);
MODULE_LICENSE("GPL");
