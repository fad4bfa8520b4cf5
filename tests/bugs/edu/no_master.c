// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nobody calls pci_set_master(): on the author's machine the firmware had left bus mastering on.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>

#define RING_BYTES 512

static int no_master_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs;
	dma_addr_t addr;
	void *ring;
	int err = pcim_enable_device(pdev);

	if (!err)
		err = pcim_iomap_regions(pdev, BIT(0), "no_master");
	if (!err)
		err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(28));
	if (err)
		return err;
#ifdef FIXED
	pci_set_master(pdev);
#endif
	regs = pcim_iomap_table(pdev)[0];
	ring = dmam_alloc_coherent(&pdev->dev, RING_BYTES, &addr, GFP_KERNEL);
	if (!ring)
		return -ENOMEM;
	writel(0x40000, regs + 0x80);
	writel(addr, regs + 0x88);
	writel(RING_BYTES, regs + 0x90);
	writel(3, regs + 0x98); /* BUG: dma-bus-master-off */
	while (readl(regs + 0x98) & 1)
		msleep(20);
	return 0;
}

static const struct pci_device_id no_master_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver no_master_driver = {
	.name = "no_master",
	.id_table = no_master_ids,
	.probe = no_master_probe,
};
module_pci_driver(no_master_driver);
MODULE_LICENSE("GPL");
