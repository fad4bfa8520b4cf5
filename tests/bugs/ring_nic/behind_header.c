// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bus address that is kept for freeing is the one that the card got: that of the payload behind the header.
 */
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/miscdevice.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/uaccess.h>

struct message {
	u8 header[16];
	u8 payload[48];
};

static struct dma_pool *messages;
static struct pci_dev *card;

/* Give the address from which the card is to read. */
static struct message *message_get(dma_addr_t *payload)
{
	dma_addr_t dma;
	struct message *message = dma_pool_zalloc(messages, GFP_KERNEL, &dma);

	if (message)
		*payload = dma + offsetof(struct message, payload);
	return message;
}

static void message_put(struct message *message, dma_addr_t payload)
{
#ifndef FIXED
	dma_pool_free(messages, message, payload); /* BUG: dma-pool-free-inside */
#else
	dma_pool_free(messages, message, payload - offsetof(struct message, payload));
#endif
}

static ssize_t message_write(struct file *file, const char __user *data, size_t count, loff_t *at)
{
	dma_addr_t payload;
	struct message *message = message_get(&payload);
	ssize_t done = min(count, sizeof(message->payload));

	if (!message)
		return -ENOMEM;
	if (copy_from_user(message->payload, data, done))
		done = -EFAULT;
	else
		dev_dbg(&card->dev, "%zd bytes at %pad\n", done, &payload);
	message_put(message, payload);
	return done;
}

static const struct file_operations message_fops = { .owner = THIS_MODULE, .write = message_write };
static struct miscdevice message_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "messages",
	.fops = &message_fops,
};

static int message_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	card = pdev;
	messages = dmam_pool_create("messages", &pdev->dev, sizeof(struct message), 64, 0);
	return messages ? misc_register(&message_misc) : -ENOMEM;
}

static void message_remove(struct pci_dev *pdev)
{
	misc_deregister(&message_misc);
}

static const struct pci_device_id message_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver message_driver = {
	.name = "behind_header",
	.id_table = message_ids,
	.probe = message_probe,
	.remove = message_remove,
};
module_pci_driver(message_driver);
MODULE_LICENSE("GPL");
