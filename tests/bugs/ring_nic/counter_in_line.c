// SPDX-License-Identifier: GPL-2.0-only
/*
 * The receive buffer stands in the driver's structure, and the counter behind it shares its last cache line.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define CONTROL 0x04
#define IRQ_STATUS 0x10
#define IRQ_MASK 0x14
#define RX_BASE 0x40
#define RX_SIZE 0x48
#define RX_TAIL 0x50
#define RX_ENABLE 0x2
#define OWN 0x80000000
#define FRAME 96

struct rx_desc {
	u64 addr;
	u32 status;
	u16 length, checksum;
};

struct small_nic {
	void __iomem *regs;
	struct rx_desc *ring;
	dma_addr_t dma;
	u8 frame[FRAME] ____cacheline_aligned;
#ifndef FIXED
	u32 polls;
#else
	u32 polls ____cacheline_aligned;
#endif
};

static int small_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct small_nic *nic = kzalloc(sizeof(*nic), GFP_KERNEL);
	dma_addr_t ring;

	if (!nic)
		return -ENOMEM;
	pci_set_drvdata(pdev, nic);
	if (pcim_enable_device(pdev))
		goto out;
	nic->regs = pcim_iomap(pdev, 0, 0);
	nic->ring = dmam_alloc_coherent(&pdev->dev, 4 * sizeof(*nic->ring), &ring, GFP_KERNEL);
	if (!nic->regs || !nic->ring)
		goto out;
	nic->dma = dma_map_single(&pdev->dev, nic->frame, FRAME, DMA_FROM_DEVICE);
	if (dma_mapping_error(&pdev->dev, nic->dma))
		goto out;
	pci_set_master(pdev);
	writel(ring, nic->regs + RX_BASE);
	writel(4, nic->regs + RX_SIZE);
	writel(RX_ENABLE, nic->regs + CONTROL);
	nic->ring[0].addr = nic->dma;
	nic->ring[0].length = FRAME;
	dma_wmb();
	nic->ring[0].status = OWN;
	writel(1, nic->regs + RX_TAIL);
	while (READ_ONCE(nic->ring[0].status) & OWN && nic->polls < 10) {
		nic->polls++; /* BUG: dma-shared-line */
		udelay(5);
	}
	return 0;
out:
	kfree(nic);
	return -EIO;
}

static void small_remove(struct pci_dev *pdev)
{
	struct small_nic *nic = pci_get_drvdata(pdev);

	writel(0, nic->regs + CONTROL);
	dma_unmap_single(&pdev->dev, nic->dma, FRAME, DMA_FROM_DEVICE);
	kfree(nic);
}

static const struct pci_device_id small_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver small_driver = {
	.name = "counter_in_line", .id_table = small_ids, .probe = small_probe, .remove = small_remove,
};
module_pci_driver(small_driver);
MODULE_LICENSE("GPL");
