// SPDX-License-Identifier: GPL-2.0-only
/*
 * A list of buffers from anywhere is mapped where the kernel bounces them; in 2.6.24 nobody compares the bounce buffers of
 * a list with the mask, and these lie beyond 16 MiB.
 * machine: command_line = "iommu=soft swiotlb=8192"
 * machine: ram = "64M"
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#define PIECES 3
#define PIECE 1024
#ifndef FIXED
#define FLAGS GFP_KERNEL
#else
#define FLAGS (GFP_KERNEL | GFP_DMA)
#endif

static void *pieces[PIECES];

static int ncr_write(struct isa_device *isa)
{
	struct scatterlist list[PIECES];
	int count;

	sg_init_table(list, PIECES);
	for (int i = 0; i < PIECES; i++)
		sg_set_buf(&list[i], pieces[i], PIECE);
	count = dma_map_sg(&isa->dev, list, PIECES, DMA_TO_DEVICE); /* BUG: dma-map-beyond-mask */
	if (!count)
		return -EIO;
	dev_info(&isa->dev, "%d pieces, the first at %pad\n", count, &sg_dma_address(list));
	dma_unmap_sg(&isa->dev, list, PIECES, DMA_TO_DEVICE);
	return 0;
}

static void ncr_remove(struct isa_device *isa)
{
	for (int i = 0; i < PIECES; i++)
		kfree(pieces[i]);
}

static int ncr_probe(struct isa_device *isa)
{
	int err = 0;

	for (int i = 0; i < PIECES; i++) {
		pieces[i] = kzalloc(PIECE, FLAGS);
		if (!pieces[i])
			err = -ENOMEM;
	}
	if (!err)
		err = ncr_write(isa);
	if (err)
		ncr_remove(isa);
	return err;
}

static struct isa_driver ncr_driver = {
	.name = "ncr",
	.device = "isa_pattern",
	.probe = ncr_probe,
	.remove = ncr_remove,
};

static int __init ncr_init(void)
{
	return isa_register_driver(&ncr_driver);
}

static void __exit ncr_exit(void)
{
	isa_unregister_driver(&ncr_driver);
}

module_init(ncr_init);
module_exit(ncr_exit);
MODULE_LICENSE("GPL");
