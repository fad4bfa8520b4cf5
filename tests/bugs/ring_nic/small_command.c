// SPDX-License-Identifier: GPL-2.0-only
/*
 * A command block of kmalloc() lies in a page with the allocator's own list of free objects.
 * machine: iommu.enabled = true
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define NIC_CONTROL 0x04
#define NIC_TX_BASE 0x20
#define NIC_TX_SIZE 0x28
#define NIC_TX_HEAD 0x2c
#define NIC_TX_TAIL 0x30
#define COMMAND 64

struct command_nic {
	struct device *dev;
	void __iomem *regs;
	struct { u64 addr; u32 status; u16 length, checksum; } *ring;
};

static int command_run(struct command_nic *nic, u8 opcode)
{
	dma_addr_t dma;
	u8 *command;
	int err = -EIO;

#ifndef FIXED
	command = kzalloc(COMMAND, GFP_KERNEL);
	if (!command)
		return -ENOMEM;
	command[0] = opcode;
	dma = dma_map_single(nic->dev, command, COMMAND, DMA_TO_DEVICE); /* BUG: iommu-exposes-os-data */
#else
	command = dma_alloc_coherent(nic->dev, COMMAND, &dma, GFP_KERNEL);
	if (!command)
		return -ENOMEM;
	memset(command, 0, COMMAND);
	command[0] = opcode;
#endif
	if (dma_mapping_error(nic->dev, dma))
		goto out;
	nic->ring[0].addr = dma;
	nic->ring[0].length = COMMAND;
	dma_wmb();
	nic->ring[0].status = 0x80000001;
	writel(1, nic->regs + NIC_TX_TAIL);
	udelay(20);
	err = readl(nic->regs + NIC_TX_HEAD) == 1 ? 0 : -ETIMEDOUT;
	writel(0, nic->regs + NIC_CONTROL);
#ifndef FIXED
	dma_unmap_single(nic->dev, dma, COMMAND, DMA_TO_DEVICE);
out:
	kfree(command);
#else
out:
	dma_free_coherent(nic->dev, COMMAND, command, dma);
#endif
	return err;
}

static int command_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct command_nic nic = { .dev = &pdev->dev };
	dma_addr_t ring;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	nic.regs = pcim_iomap(pdev, 0, 0);
	nic.ring = dmam_alloc_coherent(&pdev->dev, 4 * sizeof(*nic.ring), &ring, GFP_KERNEL);
	if (!nic.regs || !nic.ring)
		return -ENOMEM;
	pci_set_master(pdev);
	writel(ring, nic.regs + NIC_TX_BASE);
	writel(4, nic.regs + NIC_TX_SIZE);
	writel(1, nic.regs + NIC_CONTROL);
	return command_run(&nic, 9);
}

static const struct pci_device_id command_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver command_driver = { .name = "small_command", .id_table = command_ids, .probe = command_probe };
module_pci_driver(command_driver);
MODULE_LICENSE("GPL");
