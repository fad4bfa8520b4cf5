// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ISA sample device, which moves data by the 8237A: bytes on one channel, words on another, 24 bits of address.
 * On each channel: a pattern that the device makes is read and checked, then data is sent and read back.
 */
#include <asm/dma.h>
#include <asm/io.h>
#include <kernel/lab.h>
#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/isa.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#define PATTERN_COMMAND 0
#define PATTERN_STATUS 1
#define PATTERN_LENGTH 2		/* two bytes; 0 means 65536 */
#define PATTERN_OFFSET 4		/* two bytes */
#define PATTERN_DATA 6
#define PATTERN_ID 7
#define PATTERN_ID_VALUE 0xd5

#define COMMAND_START 0x01
#define COMMAND_TO_MEMORY 0x02
#define COMMAND_WORDS 0x04
#define COMMAND_IRQ 0x08
#define COMMAND_ABORT 0x40
#define COMMAND_FILL 0x80
#define STATUS_BUSY 0x01
#define STATUS_DONE 0x02
#define STATUS_TERMINAL_COUNT 0x04
#define STATUS_ERROR 0x08

#define BYTES8 1024
#define BYTES16 4096
#define SEED 0x31
#define BACK_OFFSET 0x8000		/* where in the device's buffer our own data goes */
#define TIMEOUT_MS 1000

struct pattern {
	struct isa_device *isa;
	struct completion done;
	u8 status;
};

static irqreturn_t pattern_interrupt(int irq, void *dev_id)
{
	struct pattern *pattern = dev_id;
	u8 status = inb(pattern->isa->port + PATTERN_STATUS);

	if (!(status & STATUS_DONE))
		return IRQ_NONE;
	outb(STATUS_DONE, pattern->isa->port + PATTERN_STATUS);
	pattern->status = status;
	complete(&pattern->done);
	return IRQ_HANDLED;
}

static void out_pair(u16 value, u16 port)
{
	outb(value & 0xff, port);
	outb(value >> 8, port + 1);
}

static void start_controller(unsigned int channel, dma_addr_t dma_addr, size_t length, u8 mode)
{
	unsigned long flags = claim_dma_lock();

	disable_dma(channel);
	clear_dma_ff(channel);
	set_dma_mode(channel, mode);
	set_dma_addr(channel, dma_addr);
	set_dma_count(channel, length);
	enable_dma(channel);
	release_dma_lock(flags);
}

static unsigned int stop_controller(unsigned int channel)
{
	unsigned long flags = claim_dma_lock();
	unsigned int residue;

	disable_dma(channel);
	clear_dma_ff(channel);
	residue = get_dma_residue(channel);
	release_dma_lock(flags);
	return residue;
}

/* Move `length` bytes between RAM and the device's buffer at `offset`. */
static int move(struct pattern *pattern, unsigned int channel, dma_addr_t dma_addr, u16 offset, size_t length,
		enum dma_data_direction direction)
{
	u16 port = pattern->isa->port;
	u8 command = COMMAND_START | COMMAND_IRQ;

	if (direction == DMA_FROM_DEVICE)
		command |= COMMAND_TO_MEMORY;
	if (channel == pattern->isa->dma16)
		command |= COMMAND_WORDS;
	init_completion(&pattern->done);
	start_controller(channel, dma_addr, length, direction == DMA_FROM_DEVICE ? DMA_MODE_READ : DMA_MODE_WRITE);
	out_pair(length, port + PATTERN_LENGTH);
	out_pair(offset, port + PATTERN_OFFSET);
	outb(command, port + PATTERN_COMMAND);
	if (!wait_for_completion_timeout(&pattern->done, msecs_to_jiffies(TIMEOUT_MS))) {
		outb(COMMAND_ABORT, port + PATTERN_COMMAND);
		stop_controller(channel);
		return -ETIMEDOUT;
	}
	if (stop_controller(channel) || (pattern->status & (STATUS_TERMINAL_COUNT | STATUS_ERROR)) != STATUS_TERMINAL_COUNT)
		return -EIO;
	return 0;
}

static int send(struct pattern *pattern, unsigned int channel, u8 *buffer, u16 offset, size_t length)
{
	struct device *dev = &pattern->isa->dev;
	dma_addr_t dma_addr = dma_map_single(dev, buffer, length, DMA_TO_DEVICE);
	int error;

	if (dma_mapping_error(dev, dma_addr))
		return -EIO;
	error = move(pattern, channel, dma_addr, offset, length, DMA_TO_DEVICE);
	dma_unmap_single(dev, dma_addr, length, DMA_TO_DEVICE);
	transfer_result(dev, dma_addr, length, DMA_TO_DEVICE, error);
	return error;
}

static int receive(struct pattern *pattern, unsigned int channel, u8 *buffer, u16 offset, size_t length,
		   const u8 *expected)
{
	struct device *dev = &pattern->isa->dev;
	dma_addr_t dma_addr = dma_map_single(dev, buffer, length, DMA_FROM_DEVICE);
	int error;

	if (dma_mapping_error(dev, dma_addr))
		return -EIO;
	error = move(pattern, channel, dma_addr, offset, length, DMA_FROM_DEVICE);
	dma_unmap_single(dev, dma_addr, length, DMA_FROM_DEVICE);
	if (!error && memcmp(buffer, expected, length))
		error = -EBADMSG;
	transfer_result(dev, dma_addr, length, DMA_FROM_DEVICE, error);
	return error;
}

static void device_fill(struct pattern *pattern, u8 seed)
{
	out_pair(0, pattern->isa->port + PATTERN_OFFSET);
	outb(seed, pattern->isa->port + PATTERN_DATA);
	outb(COMMAND_FILL, pattern->isa->port + PATTERN_COMMAND);
}

/* What device_fill() makes of a seed. */
static void expected_fill(u8 *bytes, size_t length, u8 seed)
{
	for (size_t i = 0; i < length; i++)
		bytes[i] = seed + i + i / 256;
}

static int try_channel(struct pattern *pattern, unsigned int channel, u8 *out, u8 *in, size_t length)
{
	int error;

	device_fill(pattern, SEED);
	expected_fill(out, length, SEED);
	memset(in, 0, length);
	error = receive(pattern, channel, in, 0, length, out);
	if (error)
		return error;
	for (size_t i = 0; i < length; i++)
		out[i] = ~out[i] ^ (i >> 3);
	error = send(pattern, channel, out, BACK_OFFSET, length);
	if (error)
		return error;
	memset(in, 0, length);
	return receive(pattern, channel, in, BACK_OFFSET, length, out);
}

static int with_buffers(struct pattern *pattern, unsigned int channel, size_t length)
{
	u8 *out = kmalloc(length, GFP_KERNEL | GFP_DMA);
	u8 *in = kmalloc(length, GFP_KERNEL | GFP_DMA);
	int error = -ENOMEM;

	if (out && in)
		error = try_channel(pattern, channel, out, in, length);
	kfree(in);
	kfree(out);
	return error;
}

static int with_channel(struct pattern *pattern, unsigned int channel, size_t length)
{
	int error = request_dma(channel, "isa_pattern");

	if (error)
		return error;
	error = with_buffers(pattern, channel, length);
	free_dma(channel);
	if (error)
		dev_err(&pattern->isa->dev, "DMA channel %u: failed with error %d\n", channel, error);
	else
		dev_info(&pattern->isa->dev, "DMA channel %u: %lu bytes moved both ways\n", channel, length);
	return error;
}

static int pattern_probe(struct isa_device *isa)
{
	struct pattern *pattern;
	int error;

	if (inb(isa->port + PATTERN_ID) != PATTERN_ID_VALUE)
		return -ENODEV;
	pattern = kzalloc(sizeof(*pattern), GFP_KERNEL);
	if (!pattern)
		return -ENOMEM;
	pattern->isa = isa;
	dev_set_drvdata(&isa->dev, pattern);
	error = request_irq(isa->irq, pattern_interrupt, 0, "isa_pattern", pattern);
	if (error)
		goto out_free;
	error = with_channel(pattern, isa->dma8, BYTES8);
	if (!error)
		error = with_channel(pattern, isa->dma16, BYTES16);
	if (!error)
		return 0;
	free_irq(isa->irq, pattern);
out_free:
	kfree(pattern);
	return error;
}

static void pattern_remove(struct isa_device *isa)
{
	struct pattern *pattern = dev_get_drvdata(&isa->dev);

	free_irq(isa->irq, pattern);
	kfree(pattern);
}

static struct isa_driver pattern_driver = {
	.name = "isa_pattern",
	.device = "isa_pattern",
	.probe = pattern_probe,
	.remove = pattern_remove,
};

static int pattern_init(void)
{
	return isa_register_driver(&pattern_driver);
}

static void pattern_exit(void)
{
	isa_unregister_driver(&pattern_driver);
}

module_init(pattern_init);
module_exit(pattern_exit);
MODULE_LICENSE("GPL");
