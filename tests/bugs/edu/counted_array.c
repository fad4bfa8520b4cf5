// SPDX-License-Identifier: GPL-2.0-only
/*
 * An array on the stack has as many elements as the device says, and the loop that fills it takes one more.
 * needs: kasan
 */
#include <linux/module.h>
#include <linux/pci.h>

static noinline u32 total(void __iomem *regs, u32 count)
{
	volatile u32 values[count];
	u32 sum = 0;

#ifndef FIXED
	for (u32 i = 0; i <= count; i++)
#else
	for (u32 i = 0; i < count; i++)
#endif
		values[i] = readl(regs + 4); /* BUG: kasan-alloca-out-of-bounds */
	for (u32 i = 0; i < count; i++)
		sum += values[i];
	return sum;
}

static int total_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	if (!regs)
		return -ENODEV;
	dev_info(&pdev->dev, "total %u\n", total(regs, readl(regs) & 0x08));
	return 0;
}

static const struct pci_device_id total_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver total_driver = { .name = "total", .id_table = total_ids, .probe = total_probe };
module_pci_driver(total_driver);
MODULE_LICENSE("GPL");
