// SPDX-License-Identifier: GPL-2.0-only
/*
 * Playback and capture share a structure for a stream, and capture inherits the direction of playback.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/isa.h>
#include <linux/module.h>
#include <linux/slab.h>

#define FRAGMENT 1024

struct stream {
	void *fragment;
	enum dma_data_direction direction;
	char mode;
};

struct codec {
	struct stream playback, capture;
};

/* Program the channel, let the card begin, and wait for its end. */
static int codec_move(struct isa_device *isa, dma_addr_t addr, unsigned int bytes, char mode)
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

static int stream_run(struct isa_device *isa, struct stream *stream)
{
	dma_addr_t addr = dma_map_single(&isa->dev, stream->fragment, FRAGMENT, stream->direction); /* BUG: dma-against-direction */
	int err;

	if (dma_mapping_error(&isa->dev, addr))
		return -EIO;
	err = codec_move(isa, addr, FRAGMENT, stream->mode);
	dma_unmap_single(&isa->dev, addr, FRAGMENT, stream->direction);
	return err;
}

static void codec_setup(struct codec *codec)
{
	codec->playback.direction = DMA_TO_DEVICE;
	codec->playback.mode = DMA_MODE_WRITE;
	codec->capture.direction = codec->playback.direction;
	codec->capture.mode = DMA_MODE_READ;
#ifdef FIXED
	codec->capture.direction = DMA_FROM_DEVICE;
#endif
}

static int codec_probe(struct isa_device *isa)
{
	struct codec *codec = devm_kzalloc(&isa->dev, sizeof(*codec), GFP_KERNEL);
	int err = codec ? request_dma(isa->dma8, "codec") : -ENOMEM;

	if (err)
		return err;
	dev_set_drvdata(&isa->dev, codec);
	codec_setup(codec);
	codec->playback.fragment = kzalloc(FRAGMENT, GFP_KERNEL | GFP_DMA);
	codec->capture.fragment = kzalloc(FRAGMENT, GFP_KERNEL | GFP_DMA);
	err = -ENOMEM;
	if (codec->playback.fragment && codec->capture.fragment)
		err = stream_run(isa, &codec->playback) ?: stream_run(isa, &codec->capture);
	kfree(codec->playback.fragment);
	kfree(codec->capture.fragment);
	free_dma(isa->dma8);
	return err;
}

static void codec_remove(struct isa_device *isa)
{
}

static struct isa_driver codec_driver = {
	.name = "codec",
	.device = "isa_pattern",
	.probe = codec_probe,
	.remove = codec_remove,
};

static int __init codec_init(void)
{
	return isa_register_driver(&codec_driver);
}

static void __exit codec_exit(void)
{
	isa_unregister_driver(&codec_driver);
}

module_init(codec_init);
module_exit(codec_exit);
MODULE_LICENSE("GPL");
