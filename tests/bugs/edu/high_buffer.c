// SPDX-License-Identifier: GPL-2.0-only
/*
 * No mask is set and the buffer is taken from anywhere: the device drives 28 bits of the address, and writes elsewhere.
 * machine: ram = "512M"
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define BYTES 4096

struct tape {
	void __iomem *regs;
	void *block;
};

static int read_block(struct pci_dev *pdev, struct tape *tape)
{
	dma_addr_t addr = dma_map_single(&pdev->dev, tape->block, BYTES, DMA_FROM_DEVICE);

	if (dma_mapping_error(&pdev->dev, addr))
		return -EIO;
	writeq(0x40000, tape->regs + 0x80);
	writeq(addr, tape->regs + 0x88);
	writeq(BYTES, tape->regs + 0x90);
	writeq(3, tape->regs + 0x98);
	while (readq(tape->regs + 0x98) & 1)
		msleep(25);
	dma_unmap_single(&pdev->dev, addr, BYTES, DMA_FROM_DEVICE);
	return 0;
}

static int tape_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct tape tape;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	pci_set_master(pdev);
	tape.regs = pcim_iomap(pdev, 0, 0);
	if (!tape.regs)
		return -ENODEV;
#ifndef FIXED
	tape.block = (void *)__get_free_page(GFP_KERNEL); /* BUG: dma-beyond-reach */
#else
	err = dma_set_mask(&pdev->dev, DMA_BIT_MASK(28));
	if (err)
		return err;
	tape.block = (void *)__get_free_page(GFP_KERNEL | GFP_DMA);
#endif
	if (!tape.block)
		return -ENOMEM;
	err = read_block(pdev, &tape);
	free_page((unsigned long)tape.block);
	return err;
}

static const struct pci_device_id tape_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver tape_driver = { .name = "high_buffer", .id_table = tape_ids, .probe = tape_probe };
module_pci_driver(tape_driver);
MODULE_LICENSE("GPL");
