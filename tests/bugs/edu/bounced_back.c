// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reply is unmapped where it has come, and again where the request ends. Where it bounces, 2.6.24 copies it a second time,
 * over the answer that was made of it; that it is not mapped any more, which is told too, is not asked for here.
 * machine: command_line = "swiotlb=512,force"
 * machine: [findings]
 * machine: dma-unmap-unknown = "ignore"
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

#define REPLY 512

static void echo_move(struct pci_dev *pdev, u64 from, u64 to, u32 bytes, bool to_memory)
{
	void __iomem *regs = pcim_iomap_table(pdev)[0];

	writeq(from, regs + 0x80);
	writeq(to, regs + 0x88);
	writeq(bytes, regs + 0x90);
	writeq(to_memory ? 3 : 1, regs + 0x98);
	while (readq(regs + 0x98) & 1)
		msleep(10);
}
static int echo_start(struct pci_dev *pdev)
{
	int err = pcim_enable_device(pdev);

	if (!err)
		err = pcim_iomap_regions(pdev, BIT(0), "echo");
	if (!err)
		err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(28));
	pci_set_master(pdev);
	return err;
}
static void echo_complete(struct device *dev, dma_addr_t addr)
{
	dma_unmap_single(dev, addr, REPLY, DMA_FROM_DEVICE); /* BUG: dma-bounce-copied-again */
}

static int echo_ask(struct pci_dev *pdev, u8 *reply)
{
	dma_addr_t addr = dma_map_single(&pdev->dev, reply, REPLY, DMA_FROM_DEVICE);

	if (dma_mapping_error(&pdev->dev, addr))
		return -EIO;
	echo_move(pdev, 0x40000, addr, REPLY, true);
#ifndef FIXED
	dma_unmap_single(&pdev->dev, addr, REPLY, DMA_FROM_DEVICE);
	memset(reply, 0xff, REPLY);
	echo_complete(&pdev->dev, addr);
#else
	echo_complete(&pdev->dev, addr);
	memset(reply, 0xff, REPLY);
#endif
	return 0;
}

static int echo_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = echo_start(pdev);
	u8 *reply = kmalloc(REPLY, GFP_KERNEL);

	if (!err)
		err = reply ? echo_ask(pdev, reply) : -ENOMEM;
	kfree(reply);
	return err;
}

static void echo_remove(struct pci_dev *pdev)
{
}

static const struct pci_device_id echo_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver echo_driver = {
	.name = "echo",
	.id_table = echo_ids,
	.probe = echo_probe,
	.remove = echo_remove,
};
module_pci_driver(echo_driver);
MODULE_LICENSE("GPL");
