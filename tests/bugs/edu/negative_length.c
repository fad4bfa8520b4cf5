// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet shorter than its header has a payload of less than nothing, which memcpy() takes for very much.
 * needs: kasan
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

#define HEADER 16
#define MOST 64

static u8 packet[MOST], payload[MOST];

static int unpack(int length)
{
	int rest = length - HEADER;

#ifdef FIXED
	if (rest < 0)
		return -EBADMSG;
#endif
	memcpy(payload, packet + HEADER, rest); /* BUG: kasan-out-of-bounds */
	return rest;
}

static int unpack_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs;
	int length, err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	if (!regs)
		return -ENODEV;
	writel(~8, regs + 4);
	length = unpack(readl(regs + 4) & 0x3f);
	dev_info(&pdev->dev, "%d bytes\n", length);
	return 0;
}

static const struct pci_device_id unpack_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver unpack_driver = { .name = "unpack", .id_table = unpack_ids, .probe = unpack_probe };
module_pci_driver(unpack_driver);
MODULE_LICENSE("GPL");
