// SPDX-License-Identifier: GPL-2.0-only
/*
 * Room is made for head and body of a frame, and its trailer is written behind them.
 * machine: [kernel]
 * machine: debug_slab = true
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

#define HEAD 8
#define BODY 24
#define TRAILER 4

static void seal(u8 *frame, u32 sum)
{
	memcpy(frame + HEAD + BODY, &sum, TRAILER);
}

static int send_frame(void __iomem *regs)
{
	u32 sum = 0;
	u8 *frame;

#ifndef FIXED
	frame = kmalloc(HEAD + BODY, GFP_KERNEL); /* BUG: slab-redzone */
#else
	frame = kmalloc(HEAD + BODY + TRAILER, GFP_KERNEL);
#endif
	if (!frame)
		return -ENOMEM;
	memset(frame, 0x11, HEAD + BODY);
	for (int i = 0; i < HEAD + BODY; i++)
		sum += frame[i];
	seal(frame, sum);
	writel(sum, regs + 4);
	kfree(frame);
	return 0;
}

static int framer_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	return regs ? send_frame(regs) : -ENODEV;
}

static const struct pci_device_id framer_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver framer_driver = { .name = "framer", .id_table = framer_ids, .probe = framer_probe };
module_pci_driver(framer_driver);
MODULE_LICENSE("GPL");
