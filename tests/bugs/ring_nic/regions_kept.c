// SPDX-License-Identifier: GPL-2.0-only
/*
 * When the ring cannot be allocated probe() unmaps the registers, and keeps the regions that it has requested.
 * machine: fault.fail_dma_map.nth = 1
 * machine: findings.probe-failed = "ignore"
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define NIC_CONTROL 0x04
#define NIC_TX_BASE 0x20
#define NIC_TX_SIZE 0x28
#define ENTRIES 64
#define RING_BYTES (ENTRIES * 16)

struct region_nic {
	void __iomem *regs;
	void *ring;
	dma_addr_t ring_dma;
};

static int region_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct region_nic *nic = kzalloc(sizeof(*nic), GFP_KERNEL);
	int err;

	if (!nic)
		return -ENOMEM;
	err = pci_enable_device(pdev);
	if (err)
		goto out_free;
	err = pci_request_regions(pdev, "regions_kept"); /* BUG: leftover-pci-region */
	if (err)
		goto out_disable;
	err = -ENOMEM;
	nic->regs = pci_iomap(pdev, 0, 0);
	if (!nic->regs)
		goto out_release;
	nic->ring = dma_alloc_coherent(&pdev->dev, RING_BYTES, &nic->ring_dma, GFP_KERNEL);
	if (!nic->ring)
		goto out_unmap;
	writel(nic->ring_dma, nic->regs + NIC_TX_BASE);
	writel(ENTRIES, nic->regs + NIC_TX_SIZE);
	pci_set_drvdata(pdev, nic);
	return 0;

out_unmap:
	pci_iounmap(pdev, nic->regs);
#ifndef FIXED
	goto out_disable;
#endif
out_release:
	pci_release_regions(pdev);
out_disable:
	pci_disable_device(pdev);
out_free:
	kfree(nic);
	return err;
}

static void region_remove(struct pci_dev *pdev)
{
	struct region_nic *nic = pci_get_drvdata(pdev);

	writel(0, nic->regs + NIC_CONTROL);
	dma_free_coherent(&pdev->dev, RING_BYTES, nic->ring, nic->ring_dma);
	pci_iounmap(pdev, nic->regs);
	pci_release_regions(pdev);
	pci_disable_device(pdev);
	kfree(nic);
}

static const struct pci_device_id region_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver region_driver = {
	.name = "regions_kept",
	.id_table = region_ids,
	.probe = region_probe,
	.remove = region_remove,
};
module_pci_driver(region_driver);
MODULE_LICENSE("GPL");
