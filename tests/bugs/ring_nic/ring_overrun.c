// SPDX-License-Identifier: GPL-2.0-only
/*
 * The transmit function does not look whether the ring is full, and fills descriptors that the card has yet to send.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define CONTROL 0x04
#define TX_BASE 0x20
#define TX_SIZE 0x28
#define TX_WAKE 0x30
#define TX_BY_OWN 0x9
#define OWN_EOP 0x80000001U
#define ENTRIES 4
#define FRAME 64

static struct {
	struct device *dev;
	void __iomem *regs;
	struct { u64 addr; u32 status; u16 length, checksum; } *ring;
	dma_addr_t frame;
	unsigned int next;
} burst;

static int burst_xmit(unsigned int length)
{
	unsigned int i = burst.next % ENTRIES;

#ifdef FIXED
	if (READ_ONCE(burst.ring[i].status) >> 31)
		return -EBUSY;
#endif
	burst.next++;
	burst.ring[i].addr = burst.frame; /* BUG: dma-descriptor-write */
	burst.ring[i].length = length;
	dma_wmb();
	burst.ring[i].status = OWN_EOP;
	return 0;
}

/* One frame for each byte. */
static ssize_t burst_write(struct file *file, const char __user *data, size_t count, loff_t *at)
{
	size_t queued = 0;

	while (queued < 2 * count && !burst_xmit(FRAME - queued))
		queued++;
	writel(0, burst.regs + TX_WAKE);
	usleep_range(50, 100);
	return min(queued, count);
}

static const struct file_operations burst_fops = { .owner = THIS_MODULE, .write = burst_write };
static struct miscdevice burst_misc = { .minor = MISC_DYNAMIC_MINOR, .name = "burst", .fops = &burst_fops };

static int burst_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	dma_addr_t ring;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	burst.dev = &pdev->dev;
	burst.regs = pcim_iomap(pdev, 0, 0);
	burst.ring = dmam_alloc_coherent(&pdev->dev, ENTRIES * sizeof(*burst.ring), &ring, GFP_KERNEL);
	if (!burst.regs || !burst.ring || !dmam_alloc_coherent(&pdev->dev, FRAME, &burst.frame, GFP_KERNEL))
		return -ENOMEM;
	memset(burst.ring, 0, ENTRIES * sizeof(*burst.ring));
	pci_set_master(pdev);
	writel(ring, burst.regs + TX_BASE);
	writel(ENTRIES, burst.regs + TX_SIZE);
	writel(TX_BY_OWN, burst.regs + CONTROL);
	return misc_register(&burst_misc);
}

static void burst_remove(struct pci_dev *pdev)
{
	misc_deregister(&burst_misc);
	writel(0, burst.regs + CONTROL);
}

static const struct pci_device_id burst_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver burst_driver = {
	.name = "ring_overrun",
	.id_table = burst_ids,
	.probe = burst_probe,
	.remove = burst_remove,
};
module_pci_driver(burst_driver);
MODULE_LICENSE("GPL");
