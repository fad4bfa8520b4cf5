// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each of ten requests that wait for a reply maps the same line of memory for it, to save memory; the driver syncs for
 * itself, and says so. Only seven can be told apart.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/module.h>
#include <linux/slab.h>

#define WAITING 10
#define REPLY 64
#ifndef FIXED
#define REPLIES 1
#else
#define REPLIES WAITING
#endif

static struct {
	u8 *replies;
	dma_addr_t addr[WAITING];
} gpib;

static void gpib_unmap(struct isa_device *isa, int count)
{
	while (count--)
		dma_unmap_single_attrs(&isa->dev, gpib.addr[count], REPLY, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
}

static int gpib_map(struct isa_device *isa)
{
	for (int i = 0; i < WAITING; i++) {
		void *reply = gpib.replies + i % REPLIES * REPLY;

		gpib.addr[i] = dma_map_single_attrs(&isa->dev, reply, REPLY, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC); /* BUG: dma-map-overlap-count */
		if (dma_mapping_error(&isa->dev, gpib.addr[i])) {
			gpib_unmap(isa, i);
			return -EIO;
		}
	}
	return 0;
}

static int gpib_probe(struct isa_device *isa)
{
	int err;

	gpib.replies = kmalloc(REPLIES * REPLY, GFP_KERNEL | GFP_DMA);
	if (!gpib.replies)
		return -ENOMEM;
	err = gpib_map(isa);
	if (err)
		kfree(gpib.replies);
	return err;
}

static void gpib_remove(struct isa_device *isa)
{
	gpib_unmap(isa, WAITING);
	kfree(gpib.replies);
}

static struct isa_driver gpib_driver = {
	.name = "gpib",
	.device = "isa_pattern",
	.probe = gpib_probe,
	.remove = gpib_remove,
};

static int __init gpib_init(void)
{
	return isa_register_driver(&gpib_driver);
}

static void __exit gpib_exit(void)
{
	isa_unregister_driver(&gpib_driver);
}

module_init(gpib_init);
module_exit(gpib_exit);
MODULE_LICENSE("GPL");
