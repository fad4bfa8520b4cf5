// SPDX-License-Identifier: GPL-2.0-only
/*
 * The status page belongs to the module and is mapped while the device is bound; remove forgets to unmap it.
 */
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/pci.h>

struct meter {
	void __iomem *regs;
	dma_addr_t status;
};

static struct page *status_page;

static int meter_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct meter *meter = devm_kzalloc(&pdev->dev, sizeof(*meter), GFP_KERNEL);
	int err = pcim_enable_device(pdev);

	if (!err)
		err = dma_set_mask(&pdev->dev, DMA_BIT_MASK(28));
	if (err || !meter)
		return err ? err : -ENOMEM;
	pci_set_drvdata(pdev, meter);
	pci_set_master(pdev);
	meter->regs = pcim_iomap(pdev, 0, 0);
	if (!meter->regs)
		return -ENODEV;
	meter->status = dma_map_page(&pdev->dev, status_page, 0, 256, DMA_FROM_DEVICE); /* BUG: dma-pending-at-release */
	return dma_mapping_error(&pdev->dev, meter->status);
}

static void meter_remove(struct pci_dev *pdev)
{
	struct meter *meter = pci_get_drvdata(pdev);

	writel(0, meter->regs + 0x20);
	pci_clear_master(pdev);
#ifdef FIXED
	dma_unmap_page(&pdev->dev, meter->status, 256, DMA_FROM_DEVICE);
#endif
}

static const struct pci_device_id meter_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver meter_driver = {
	.name = "mapped_for_good",
	.id_table = meter_ids,
	.probe = meter_probe,
	.remove = meter_remove,
};

static int __init meter_init(void)
{
	int err;

	status_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!status_page)
		return -ENOMEM;
	err = pci_register_driver(&meter_driver);
	if (err)
		__free_page(status_page);
	return err;
}

static void __exit meter_exit(void)
{
	pci_unregister_driver(&meter_driver);
	__free_page(status_page);
}

module_init(meter_init);
module_exit(meter_exit);
MODULE_LICENSE("GPL");
