// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver leaves a mark for the firmware in the segment where the firmware itself lies, which is read-only.
 */
#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci.h>

#define FIRMWARE_SEGMENT 0xf0000
#define MARK 0x55444541

static int mark_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *segment;
	void __iomem *regs;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	segment = ioremap(FIRMWARE_SEGMENT, 4096);
	if (!regs || !segment)
		return -ENOMEM;
#ifndef FIXED
	writel(MARK, segment); /* BUG: rom-write */
#else
	writel(MARK, regs + 4);
#endif
	iounmap(segment);
	return 0;
}

static const struct pci_device_id mark_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver mark_driver = { .name = "rom_signature", .id_table = mark_ids, .probe = mark_probe };
module_pci_driver(mark_driver);
MODULE_LICENSE("GPL");
