// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads and writes have a cache each; a request that was turned from one into the other goes back to the wrong one.
 * needs: kasan
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

struct transfer {
	u64 offset;
	u32 length;
	bool write;
};

static struct kmem_cache *read_cache, *write_cache;

static struct transfer *transfer_alloc(bool write)
{
	struct transfer *transfer = kmem_cache_zalloc(write ? write_cache : read_cache, GFP_KERNEL);

	if (transfer)
		transfer->write = write;
	return transfer;
}

static void transfer_free(struct transfer *transfer)
{
	kmem_cache_free(transfer->write ? write_cache : read_cache, transfer); /* BUG: kasan-wrong-cache */
}

static int engine_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct transfer *transfer = transfer_alloc(false);

	if (!transfer)
		return -ENOMEM;
	transfer->length = 512;
#ifndef FIXED
	transfer->write = true;		/* written back after the read */
#endif
	transfer_free(transfer);
	return 0;
}

static const struct pci_device_id engine_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver engine_driver = { .name = "wrong_cache", .id_table = engine_ids, .probe = engine_probe };

static int __init engine_init(void)
{
	int err = -ENOMEM;

	read_cache = kmem_cache_create("engine_read", sizeof(struct transfer), 0, 0, NULL);
	write_cache = kmem_cache_create("engine_write", sizeof(struct transfer) + 40, 0, 0, NULL);
	if (read_cache && write_cache)
		err = pci_register_driver(&engine_driver);
	return err;
}

static void __exit engine_exit(void)
{
	pci_unregister_driver(&engine_driver);
	kmem_cache_destroy(read_cache);
	kmem_cache_destroy(write_cache);
}

module_init(engine_init);
module_exit(engine_exit);
MODULE_LICENSE("GPL");
