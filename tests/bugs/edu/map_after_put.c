// SPDX-License-Identifier: GPL-2.0-only
/*
 * A request is retried after its last reference was dropped: the second attempt maps memory that was freed.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/kref.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

struct request {
	struct kref ref;
	u8 data[200] ____cacheline_aligned;
};

static void request_release(struct kref *ref)
{
	kfree(container_of(ref, struct request, ref));
}

static int request_submit(struct pci_dev *pdev, void __iomem *regs, struct request *request)
{
	dma_addr_t addr = dma_map_single(&pdev->dev, request->data, sizeof(request->data), DMA_TO_DEVICE); /* BUG: dma-map-freed */

	if (dma_mapping_error(&pdev->dev, addr))
		return -ENOMEM;
	writel(addr, regs + 0x80);
	writel(0x40000, regs + 0x88);
	writel(sizeof(request->data), regs + 0x90);
	writel(1, regs + 0x98);
	while (readl(regs + 0x98) & 1)
		msleep(20);
	dma_unmap_single(&pdev->dev, addr, sizeof(request->data), DMA_TO_DEVICE);
	return 0;
}

static int request_with_retry(struct pci_dev *pdev, void __iomem *regs, struct request *request)
{
	int err = request_submit(pdev, regs, request);

#ifndef FIXED
	kref_put(&request->ref, request_release);
	if (!err)	/* the first one after power-on is lost by the hardware */
		err = request_submit(pdev, regs, request);
#else
	if (!err)
		err = request_submit(pdev, regs, request);
	kref_put(&request->ref, request_release);
#endif
	return err;
}

static int map_after_put_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct request *request;
	void __iomem *regs;
	int err = pcim_enable_device(pdev);

	if (!err)
		err = dma_set_mask(&pdev->dev, DMA_BIT_MASK(28));
	if (err)
		return err;
	pci_set_master(pdev);
	regs = pcim_iomap(pdev, 0, 0);
	if (!regs)
		return -ENODEV;
	request = kzalloc(sizeof(*request), GFP_KERNEL);
	if (!request)
		return -ENOMEM;
	kref_init(&request->ref);
	return request_with_retry(pdev, regs, request);
}

static const struct pci_device_id map_after_put_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver map_after_put_driver = {
	.name = "map_after_put",
	.id_table = map_after_put_ids,
	.probe = map_after_put_probe,
};
module_pci_driver(map_after_put_driver);
MODULE_LICENSE("GPL");
