// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module destroys its cache of requests while the request that is kept for emergencies was never freed.
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

struct io_request {
	struct list_head list;
	u64 sector;
	u32 length;
	u32 flags;
};

static struct kmem_cache *request_cache;
static struct io_request *emergency;

static int disk_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct io_request *request;
	void __iomem *regs;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	request = kmem_cache_zalloc(request_cache, GFP_KERNEL);
	if (!regs || !request)
		return -ENOMEM;
	request->length = readl(regs) & 0xffff;
	kmem_cache_free(request_cache, request);
	return 0;
}

static const struct pci_device_id disk_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver disk_driver = { .name = "cache_busy", .id_table = disk_ids, .probe = disk_probe };

static int __init disk_init(void)
{
	request_cache = kmem_cache_create("io_request", sizeof(struct io_request), 0, 0, NULL);
	if (!request_cache)
		return -ENOMEM;
	emergency = kmem_cache_alloc(request_cache, GFP_KERNEL);
	return pci_register_driver(&disk_driver);
}

static void __exit disk_exit(void)
{
	pci_unregister_driver(&disk_driver);
#ifdef FIXED
	kmem_cache_free(request_cache, emergency);
#endif
	kmem_cache_destroy(request_cache); /* BUG: slab-destroy-refused */
}

module_init(disk_init);
module_exit(disk_exit);
MODULE_LICENSE("GPL");
