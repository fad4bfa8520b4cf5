// SPDX-License-Identifier: GPL-2.0-only
/*
 * close() frees the receive buffers of a queue, and so does remove(), whether it was open or not.
 * machine: kernel.debug_slab = true
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define BUFFERS 3
#define BYTES 300

static void *buffers[BUFFERS];

static int queue_fill(void)
{
	for (int i = 0; i < BUFFERS; i++) {
		buffers[i] = kzalloc(BYTES, GFP_KERNEL);
		if (!buffers[i])
			return -ENOMEM;
	}
	return 0;
}

static void queue_empty(void)
{
	for (int i = 0; i < BUFFERS; i++) {
		kfree(buffers[i]); /* BUG: slab-double-free */
#ifdef FIXED
		buffers[i] = NULL;
#endif
	}
}

static int queue_open(struct inode *inode, struct file *file)
{
	int err = queue_fill();

	if (err)
		queue_empty();
	return err;
}

static int queue_release(struct inode *inode, struct file *file)
{
	queue_empty();
	return 0;
}

static const struct file_operations queue_fops = {
	.owner = THIS_MODULE,
	.open = queue_open,
	.release = queue_release,
};
static struct miscdevice queue_misc = { .minor = MISC_DYNAMIC_MINOR, .name = "rx_queue", .fops = &queue_fops };

static int queue_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	return err ? err : misc_register(&queue_misc);
}

static void queue_remove(struct pci_dev *pdev)
{
	misc_deregister(&queue_misc);
	queue_empty();
}

static const struct pci_device_id queue_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver queue_driver = {
	.name = "stop_and_remove",
	.id_table = queue_ids,
	.probe = queue_probe,
	.remove = queue_remove,
};
module_pci_driver(queue_driver);
MODULE_LICENSE("GPL");
