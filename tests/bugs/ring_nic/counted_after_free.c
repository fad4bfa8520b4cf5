// SPDX-License-Identifier: GPL-2.0-only
/*
 * A request is completed, which frees it, and counted as done afterwards, in the request itself.
 * machine: kernel.debug_slab = true
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

struct request {
	u32 opcode;
	u32 attempts;
	u32 state;
	u8 data[180];
};

enum { NEW, DONE };

static void request_complete(struct request *request)
{
	kfree(request); /* BUG: slab-poison */
}

static int request_run(u32 opcode)
{
	struct request *request = kzalloc(sizeof(*request), GFP_KERNEL);

	if (!request)
		return -ENOMEM;
	request->opcode = opcode;
	request->attempts = 1;
#ifndef FIXED
	request_complete(request);
	WRITE_ONCE(request->state, DONE);
#else
	WRITE_ONCE(request->state, DONE);
	request_complete(request);
#endif
	return 0;
}

static ssize_t requests_write(struct file *file, const char __user *data, size_t count, loff_t *at)
{
	int err = 0;

	for (u32 opcode = 0; opcode < 2 && !err; opcode++)
		err = request_run(opcode);
	return err ? err : count;
}

static const struct file_operations requests_fops = { .owner = THIS_MODULE, .write = requests_write };
static struct miscdevice requests = { .minor = MISC_DYNAMIC_MINOR, .name = "requests", .fops = &requests_fops };

static int counted_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	return err ? err : misc_register(&requests);
}

static void counted_remove(struct pci_dev *pdev)
{
	misc_deregister(&requests);
}

static const struct pci_device_id counted_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver counted_driver = {
	.name = "counted_after_free",
	.id_table = counted_ids,
	.probe = counted_probe,
	.remove = counted_remove,
};
module_pci_driver(counted_driver);
MODULE_LICENSE("GPL");
