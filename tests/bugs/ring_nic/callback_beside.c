// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mailbox that the card writes stands beside the driver's callback, in one object and one page.
 * machine: iommu.enabled = true
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define MAIL_BYTES 64

struct mailbox {
	struct device *dev;
	void (*notify)(struct mailbox *mailbox);
	dma_addr_t dma;
	u8 *mail;
#ifndef FIXED
	u8 bytes[MAIL_BYTES] ____cacheline_aligned;
#endif
};

static void mail_came(struct mailbox *mailbox)
{
	dev_info(mailbox->dev, "mail: %*ph\n", 4, mailbox->mail);
}

static int mailbox_open(struct mailbox *mailbox)
{
#ifndef FIXED
	struct device *dev = mailbox->dev;

	mailbox->mail = mailbox->bytes;
	mailbox->dma = dma_map_single(dev, mailbox->mail, MAIL_BYTES, DMA_FROM_DEVICE); /* BUG: iommu-exposes-own-data */
#else
	mailbox->mail = (u8 *)get_zeroed_page(GFP_KERNEL);
	if (!mailbox->mail)
		return -ENOMEM;
	mailbox->dma = dma_map_single(mailbox->dev, mailbox->mail, PAGE_SIZE, DMA_FROM_DEVICE);
#endif
	return dma_mapping_error(mailbox->dev, mailbox->dma);
}

static void mailbox_close(struct mailbox *mailbox)
{
#ifndef FIXED
	dma_unmap_single(mailbox->dev, mailbox->dma, MAIL_BYTES, DMA_FROM_DEVICE);
	mailbox->notify(mailbox);
#else
	dma_unmap_single(mailbox->dev, mailbox->dma, PAGE_SIZE, DMA_FROM_DEVICE);
	mailbox->notify(mailbox);
	free_page((unsigned long)mailbox->mail);
#endif
}

static int mailbox_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct mailbox *mailbox = devm_kzalloc(&pdev->dev, sizeof(*mailbox), GFP_KERNEL);
	int err = mailbox ? pcim_enable_device(pdev) : -ENOMEM;

	if (err)
		return err;
	mailbox->dev = &pdev->dev;
	mailbox->notify = mail_came;
	pci_set_drvdata(pdev, mailbox);
	pci_set_master(pdev);
	return mailbox_open(mailbox);
}

static void mailbox_remove(struct pci_dev *pdev)
{
	mailbox_close(pci_get_drvdata(pdev));
}

static const struct pci_device_id mailbox_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver mailbox_driver = {
	.name = "callback_beside",
	.id_table = mailbox_ids,
	.probe = mailbox_probe,
	.remove = mailbox_remove,
};
module_pci_driver(mailbox_driver);
MODULE_LICENSE("GPL");
