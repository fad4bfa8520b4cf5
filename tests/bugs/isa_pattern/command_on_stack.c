// SPDX-License-Identifier: GPL-2.0-only
/*
 * A command block of twelve bytes is built on the stack and mapped there.
 */
#include <asm/byteorder.h>
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/types.h>

struct mcd_command {
	u8 opcode, flags;
	__be32 lba;
	__be16 blocks;
	u8 reserved[4];
} __packed;

/* Program the channel, let the card begin, and wait for its end. */
static int mcd_move(struct isa_device *isa, dma_addr_t addr, unsigned int bytes, char mode)
{
	unsigned long flags = claim_dma_lock();

	disable_dma(isa->dma8);
	clear_dma_ff(isa->dma8);
	set_dma_mode(isa->dma8, mode);
	set_dma_addr(isa->dma8, addr);
	set_dma_count(isa->dma8, bytes);
	enable_dma(isa->dma8);
	release_dma_lock(flags);
	outb(bytes & 0xff, isa->port + 2);
	outb(bytes >> 8, isa->port + 3);
	outb((mode == DMA_MODE_READ ? 0x03 : 0x01), isa->port);
	while (inb(isa->port + 1) & 0x01)
		usleep_range(50, 100);
	outb(0x02, isa->port + 1);
	return 0;
}

static int mcd_read_blocks(struct isa_device *isa, u32 lba, u16 blocks)
{
	size_t size = sizeof(struct mcd_command);
#ifndef FIXED
	struct mcd_command on_stack, *command = &on_stack;
#else
	struct mcd_command *command = kmalloc(sizeof(*command), GFP_KERNEL | GFP_DMA);
#endif
	dma_addr_t addr;
	int err = -EIO;

#ifdef FIXED
	if (!command)
		return -ENOMEM;
#endif
	*command = (struct mcd_command) { .opcode = 0x28, .lba = cpu_to_be32(lba), .blocks = cpu_to_be16(blocks) };
	addr = dma_map_single(&isa->dev, command, size, DMA_TO_DEVICE); /* BUG: dma-map-stack */
	if (!dma_mapping_error(&isa->dev, addr)) {
		err = mcd_move(isa, addr, size, DMA_MODE_WRITE);
		dma_unmap_single(&isa->dev, addr, size, DMA_TO_DEVICE);
	}
#ifdef FIXED
	kfree(command);
#endif
	return err;
}

static int mcd_probe(struct isa_device *isa)
{
	int err = request_dma(isa->dma8, "mcd");

	if (err)
		return err;
	for (u32 lba = 0; lba < 64 && !err; lba += 32)
		err = mcd_read_blocks(isa, lba, 32);
	free_dma(isa->dma8);
	return err;
}

static void mcd_remove(struct isa_device *isa)
{
}

static struct isa_driver mcd_driver = {
	.name = "mcd",
	.device = "isa_pattern",
	.probe = mcd_probe,
	.remove = mcd_remove,
};

static int __init mcd_init(void)
{
	return isa_register_driver(&mcd_driver);
}

static void __exit mcd_exit(void)
{
	isa_unregister_driver(&mcd_driver);
}

module_init(mcd_init);
module_exit(mcd_exit);
MODULE_LICENSE("GPL");
