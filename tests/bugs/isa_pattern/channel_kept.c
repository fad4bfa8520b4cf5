// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the drive does not answer, probe() fails and keeps the DMA channel for ever.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/module.h>

#define IDENTIFY 36

struct cdu {
	u8 *identity;
	dma_addr_t addr;
};

/* Program the channel, let the card begin, and wait for its end. */
static int cdu_move(struct isa_device *isa, dma_addr_t addr, unsigned int bytes, char mode)
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

/* An audio player has no data to identify itself with. */
static bool cdu_is_data_drive(struct cdu *cdu)
{
	return cdu->identity[0] == 0x05;
}

static int cdu_probe(struct isa_device *isa)
{
	struct cdu cdu;
	int err = request_dma(isa->dma8, "cdu"); /* BUG: leftover-dma-channel */

	if (err)
		return err;
	cdu.identity = dma_alloc_coherent(&isa->dev, IDENTIFY, &cdu.addr, GFP_KERNEL);
	if (!cdu.identity) {
		free_dma(isa->dma8);
		return -ENOMEM;
	}
	cdu_move(isa, cdu.addr, IDENTIFY, DMA_MODE_READ);
	if (!cdu_is_data_drive(&cdu)) {
		dev_info(&isa->dev, "a player without data, polled from now on\n");
#ifdef FIXED
		free_dma(isa->dma8);
#endif
		dev_set_drvdata(&isa->dev, NULL);
	} else {
		dev_set_drvdata(&isa->dev, isa);
	}
	dma_free_coherent(&isa->dev, IDENTIFY, cdu.identity, cdu.addr);
	return 0;
}

static void cdu_remove(struct isa_device *isa)
{
	if (dev_get_drvdata(&isa->dev))
		free_dma(isa->dma8);
}

static struct isa_driver cdu_driver = {
	.name = "cdu",
	.device = "isa_pattern",
	.probe = cdu_probe,
	.remove = cdu_remove,
};

static int __init cdu_init(void)
{
	return isa_register_driver(&cdu_driver);
}

static void __exit cdu_exit(void)
{
	isa_unregister_driver(&cdu_driver);
}

module_init(cdu_init);
module_exit(cdu_exit);
MODULE_LICENSE("GPL");
