// SPDX-License-Identifier: GPL-2.0-only
/*
 * A card for full duplex has two channels; its error path gives back the one that it could not have.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/module.h>
#include <linux/slab.h>

struct duplex {
	unsigned int play, record;
	bool is_full;
};

static int duplex_claim(struct isa_device *isa, struct duplex *duplex)
{
	int err = request_dma(duplex->play, "duplex playback");

	if (err)
		return err;
	err = request_dma(duplex->record, "duplex capture");
	if (err) {
#ifndef FIXED
		free_dma(duplex->record); /* BUG: isa-dma */
#else
		free_dma(duplex->play);
#endif
	}
	return err;
}

static int duplex_probe(struct isa_device *isa)
{
	struct duplex *duplex = devm_kzalloc(&isa->dev, sizeof(*duplex), GFP_KERNEL);
	int err;

	if (!duplex)
		return -ENOMEM;
	*duplex = (struct duplex) { isa->dma8, MAX_DMA_CHANNELS };
	dev_set_drvdata(&isa->dev, duplex);
	duplex->is_full = !duplex_claim(isa, duplex);
	if (duplex->is_full)
		return 0;
	dev_info(&isa->dev, "no second channel: half duplex\n");
	duplex->record = duplex->play;
#ifdef FIXED
	err = request_dma(duplex->play, "duplex");
#else
	err = 0;
#endif
	return err;
}

static void duplex_remove(struct isa_device *isa)
{
	struct duplex *duplex = dev_get_drvdata(&isa->dev);

	if (duplex->is_full)
		free_dma(duplex->record);
	free_dma(duplex->play);
}

static struct isa_driver duplex_driver = {
	.name = "duplex",
	.device = "isa_pattern",
	.probe = duplex_probe,
	.remove = duplex_remove,
};

static int __init duplex_init(void)
{
	return isa_register_driver(&duplex_driver);
}

static void __exit duplex_exit(void)
{
	isa_unregister_driver(&duplex_driver);
}

module_init(duplex_init);
module_exit(duplex_exit);
MODULE_LICENSE("GPL");
