// SPDX-License-Identifier: GPL-2.0-only
/*
 * A frame shorter than the least length is sent with whatever the memory held behind it (Etherleak).
 * machine: uninitialized = true
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#define CONTROL 0x04
#define TX_BASE 0x20
#define TX_SIZE 0x28
#define TX_TAIL 0x30
#define OWN_EOP 0x80000001
#define LEAST 60
#define MOST 1514

struct tx_desc { u64 addr; u32 status; u16 length, checksum; };

static struct pci_dev *card;
static void __iomem *regs;
static struct tx_desc *ring;
static unsigned int tail;

static int send(void *frame, size_t length)
{
	dma_addr_t dma = dma_map_single(&card->dev, frame, length, DMA_TO_DEVICE);
	struct tx_desc *desc = &ring[tail];

	if (dma_mapping_error(&card->dev, dma))
		return -EIO;
	tail = (tail + 1) % 4;
	desc->addr = dma;
	desc->length = length;
	dma_wmb();
	desc->status = OWN_EOP;
	writel(tail, regs + TX_TAIL);
	while (READ_ONCE(desc->status) >> 31)
		udelay(1);
	dma_unmap_single(&card->dev, dma, length, DMA_TO_DEVICE);
	return 0;
}

static ssize_t packet_write(struct file *file, const char __user *data, size_t count, loff_t *at)
{
	size_t length = max_t(size_t, count, LEAST);
	int err = -EFAULT;
	u8 *frame;

	if (count > MOST)
		return -EMSGSIZE;
	frame = kmalloc(length, GFP_KERNEL); /* BUG: dma-uninitialized */
	if (!frame)
		return -ENOMEM;
	if (!copy_from_user(frame, data, count)) {
#ifdef FIXED
		memset(frame + count, 0, length - count);
#endif
		err = send(frame, length);
	}
	kfree(frame);
	return err ? err : count;
}

static const struct file_operations packet_fops = { .owner = THIS_MODULE, .write = packet_write };
static struct miscdevice packet_misc = { .minor = MISC_DYNAMIC_MINOR, .name = "packet", .fops = &packet_fops };

static int packet_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	dma_addr_t base;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	card = pdev;
	regs = pcim_iomap(pdev, 0, 0);
	ring = dmam_alloc_coherent(&pdev->dev, 4 * sizeof(*ring), &base, GFP_KERNEL);
	if (!regs || !ring)
		return -ENOMEM;
	memset(ring, 0, 4 * sizeof(*ring));
	pci_set_master(pdev);
	writel(base, regs + TX_BASE);
	writel(4, regs + TX_SIZE);
	writel(1, regs + CONTROL);
	return misc_register(&packet_misc);
}

static void packet_remove(struct pci_dev *pdev)
{
	misc_deregister(&packet_misc);
	writel(0, regs + CONTROL);
}

static const struct pci_device_id packet_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver packet_driver = {
	.name = "short_frame", .id_table = packet_ids, .probe = packet_probe, .remove = packet_remove,
};
module_pci_driver(packet_driver);
MODULE_LICENSE("GPL");
