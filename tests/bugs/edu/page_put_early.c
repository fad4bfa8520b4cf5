// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page of a transfer is put as soon as the device has been started, as if starting it took a reference; what the
 * call itself gives away is told by dma-free-while-mapped, which this machine does not want to hear of.
 * machine: [findings]
 * machine: dma-free-while-mapped = "ignore"
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/workqueue.h>

struct grabber {
	struct pci_dev *pdev;
	void __iomem *regs;
	struct page *page;
	dma_addr_t addr;
	struct work_struct done;
};

static void grabber_done(struct work_struct *work)
{
	struct grabber *grabber = container_of(work, struct grabber, done);

	while (readl(grabber->regs + 0x98) & 1)
		msleep(20);
	dma_unmap_page(&grabber->pdev->dev, grabber->addr, PAGE_SIZE, DMA_FROM_DEVICE);
#ifdef FIXED
	__free_page(grabber->page);
#endif
}

static int grab(struct grabber *grabber)
{
	grabber->page = alloc_page(GFP_KERNEL);
	if (!grabber->page)
		return -ENOMEM;
	grabber->addr = dma_map_page(&grabber->pdev->dev, grabber->page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	if (dma_mapping_error(&grabber->pdev->dev, grabber->addr)) {
		__free_page(grabber->page);
		return -ENOMEM;
	}
	writel(0x40000, grabber->regs + 0x80);
	writel(grabber->addr, grabber->regs + 0x88);
	writel(PAGE_SIZE, grabber->regs + 0x90);
	writel(3, grabber->regs + 0x98);
#ifndef FIXED
	__free_page(grabber->page); /* BUG: dma-freed-memory */
#endif
	schedule_work(&grabber->done);
	return 0;
}

static int grabber_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct grabber *grabber = devm_kzalloc(&pdev->dev, sizeof(*grabber), GFP_KERNEL);
	int err = pcim_enable_device(pdev);

	if (!grabber || err)
		return err ? err : -ENOMEM;
	grabber->pdev = pdev;
	grabber->regs = pcim_iomap(pdev, 0, 0);
	if (!grabber->regs)
		return -ENODEV;
	INIT_WORK(&grabber->done, grabber_done);
	pci_set_drvdata(pdev, grabber);
	pci_set_master(pdev);
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(28));
	return err ? err : grab(grabber);
}

static void grabber_remove(struct pci_dev *pdev)
{
	struct grabber *grabber = pci_get_drvdata(pdev);

	flush_work(&grabber->done);
}

static const struct pci_device_id grabber_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver grabber_driver = {
	.name = "page_put_early",
	.id_table = grabber_ids,
	.probe = grabber_probe,
	.remove = grabber_remove,
};
module_pci_driver(grabber_driver);
MODULE_LICENSE("GPL");
