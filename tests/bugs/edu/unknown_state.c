// SPDX-License-Identifier: GPL-2.0-only
/*
 * A register's field is an index into a table of names, and has more values than the table.
 * needs: kasan
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/pci.h>

static const u8 state_cost[] = { 1, 2, 4, 9, 16 };
static u8 state_seen[16] = { 1 };

static u32 cost_of(u32 state)
{
#ifdef FIXED
	if (state >= ARRAY_SIZE(state_cost))
		return 0;
#endif
	return state_cost[state]; /* BUG: kasan-global-out-of-bounds */
}

static int state_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs;
	int err = pcim_enable_device(pdev);
	u32 state;

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	if (!regs)
		return -ENODEV;
	writel(0xff7f, regs + 4);
	state = readl(regs + 4) >> 4 & 0xf;
	state_seen[state]++;
	dev_info(&pdev->dev, "state %u costs %u\n", state, cost_of(state));
	return 0;
}

static const struct pci_device_id state_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver state_driver = { .name = "unknown_state", .id_table = state_ids, .probe = state_probe };
module_pci_driver(state_driver);
MODULE_LICENSE("GPL");
