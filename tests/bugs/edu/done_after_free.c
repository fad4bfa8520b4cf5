// SPDX-License-Identifier: GPL-2.0-only
/*
 * A command is freed when its answer has come, and then marked as done, for a waiter who has gone.
 * machine: [kernel]
 * machine: debug_slab = true
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

struct command {
	u32 opcode;
	u32 answer;
	u32 done;
	u8 data[84];
};

static void finish(struct command *command, u32 answer)
{
	command->answer = answer;
#ifndef FIXED
	kfree(command); /* BUG: slab-poison */
	command->done = 1;
#else
	command->done = 1;
	kfree(command);
#endif
}

static int run_command(void __iomem *regs, u32 opcode)
{
	struct command *command = kmalloc(sizeof(*command), GFP_KERNEL);

	if (!command)
		return -ENOMEM;
	command->opcode = opcode;
	command->done = 0;
	writel(opcode, regs + 4);
	finish(command, readl(regs + 4));
	return 0;
}

static int commander_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	if (!regs)
		return -ENODEV;
	for (u32 opcode = 0; opcode < 3 && !err; opcode++)
		err = run_command(regs, opcode);
	return err;
}

static const struct pci_device_id commander_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver commander_driver = {
	.name = "done_after_free",
	.id_table = commander_ids,
	.probe = commander_probe,
};
module_pci_driver(commander_driver);
MODULE_LICENSE("GPL");
