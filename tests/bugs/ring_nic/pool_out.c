// SPDX-License-Identifier: GPL-2.0-only
/*
 * A command that the card does not answer in time is given up, and its block is not given back to the pool.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define REG_STATUS 0x08
#define STATUS_READY 0x2

struct command {
	__le32 opcode;
	__le32 argument[7];
};

struct nic {
	void __iomem *regs;
	struct dma_pool *commands;
};

static int run_command(struct nic *nic, u32 opcode)
{
	struct command *command;
	dma_addr_t dma;
	int err = 0, tries = 5;

	command = dma_pool_alloc(nic->commands, GFP_KERNEL, &dma); /* BUG: dma-pool-busy */
	if (!command)
		return -ENOMEM;
	memset(command, 0, sizeof(*command));
	command->opcode = cpu_to_le32(opcode);
	while (!(readl(nic->regs + REG_STATUS) & STATUS_READY)) {
		if (!tries--) {
			err = -ETIMEDOUT;
#ifndef FIXED
			return err;
#else
			break;
#endif
		}
		msleep(1);
	}
	dma_pool_free(nic->commands, command, dma);
	return err;
}

static int nic_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct nic *nic = kzalloc(sizeof(*nic), GFP_KERNEL);
	int err = nic ? pci_enable_device(pdev) : -ENOMEM;

	if (err)
		goto out_free;
	err = -EIO;
	nic->regs = pci_iomap(pdev, 0, 0);
	if (!nic->regs)
		goto out_disable;
	err = -ENOMEM;
	nic->commands = dma_pool_create("commands", &pdev->dev, sizeof(struct command), 32, 0);
	if (!nic->commands)
		goto out_unmap;
	if (run_command(nic, 3))
		dev_info(&pdev->dev, "no answer to the first command, going on without\n");
	pci_set_drvdata(pdev, nic);
	return 0;

out_unmap:
	pci_iounmap(pdev, nic->regs);
out_disable:
	pci_disable_device(pdev);
out_free:
	kfree(nic);
	return err;
}

static void nic_remove(struct pci_dev *pdev)
{
	struct nic *nic = pci_get_drvdata(pdev);

	dma_pool_destroy(nic->commands);
	pci_iounmap(pdev, nic->regs);
	pci_disable_device(pdev);
	kfree(nic);
}

static const struct pci_device_id nic_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver nic_driver = {
	.name = "pool_out",
	.id_table = nic_ids,
	.probe = nic_probe,
	.remove = nic_remove,
};
module_pci_driver(nic_driver);
MODULE_LICENSE("GPL");
