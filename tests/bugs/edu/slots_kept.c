// SPDX-License-Identifier: GPL-2.0-only
/*
 * Of a log page only what was filled is unmapped. Where it bounces, 2.6.24 gives back as many slots as that needs, and the
 * others are lost; that the sizes differ, which is told too, is not asked for here.
 * machine: command_line = "swiotlb=512,force"
 * machine: [findings]
 * machine: dma-unmap-size = "ignore"
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/pci.h>

#define LOG_PAGE 4096

struct logger {
	char *page;
	size_t filled;
};

static void logger_move(struct pci_dev *pdev, u64 from, u64 to, u32 bytes, bool to_memory)
{
	void __iomem *regs = pcim_iomap_table(pdev)[0];

	writeq(from, regs + 0x80);
	writeq(to, regs + 0x88);
	writeq(bytes, regs + 0x90);
	writeq(to_memory ? 3 : 1, regs + 0x98);
	while (readq(regs + 0x98) & 1)
		msleep(10);
}
static int logger_start(struct pci_dev *pdev)
{
	int err = pcim_enable_device(pdev);

	if (!err)
		err = pcim_iomap_regions(pdev, BIT(0), "logger");
	if (!err)
		err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(28));
	pci_set_master(pdev);
	return err;
}
static void logger_line(struct logger *logger, const char *what)
{
	logger->filled += scnprintf(logger->page + logger->filled, LOG_PAGE - logger->filled, "%s\n", what);
}

static int logger_flush(struct pci_dev *pdev, struct logger *logger)
{
	dma_addr_t addr = dma_map_single(&pdev->dev, logger->page, LOG_PAGE, DMA_TO_DEVICE);

	if (dma_mapping_error(&pdev->dev, addr))
		return -EIO;
	logger_move(pdev, addr, 0x40000, logger->filled, false);
#ifndef FIXED
	dma_unmap_single(&pdev->dev, addr, logger->filled, DMA_TO_DEVICE); /* BUG: dma-bounce-slots */
#else
	dma_unmap_single(&pdev->dev, addr, LOG_PAGE, DMA_TO_DEVICE);
#endif
	logger->filled = 0;
	return 0;
}

static int logger_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct logger logger = { (char *)get_zeroed_page(GFP_KERNEL) };
	int err = logger.page ? logger_start(pdev) : -ENOMEM;

	if (!err) {
		logger_line(&logger, "started");
		logger_line(&logger, pci_name(pdev));
		err = logger_flush(pdev, &logger);
	}
	free_page((unsigned long)logger.page);
	return err;
}

static void logger_remove(struct pci_dev *pdev)
{
}

static const struct pci_device_id logger_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver logger_driver = {
	.name = "logger",
	.id_table = logger_ids,
	.probe = logger_probe,
	.remove = logger_remove,
};
module_pci_driver(logger_driver);
MODULE_LICENSE("GPL");
