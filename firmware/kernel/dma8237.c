// SPDX-License-Identifier: GPL-2.0-only
/* Programming the 8237A pair and its page registers. include/asm-x86/dma_64.h, kernel/dma.c */
#include <asm/dma.h>
#include <asm/io.h>
#include <board.h>
#include <kernel/track.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>

#include "sched.h"

#define MASK_SINGLE 0x0a
#define MODE 0x0b
#define CLEAR_FLIP_FLOP 0x0c
#define MASK_CHANNEL 0x04

static const u8 page_ports[MAX_DMA_CHANNELS] = { 0x7, 0x3, 0x1, 0x2, 0xf, 0xb, 0x9, 0xa };
static const char *dma_owners[MAX_DMA_CHANNELS] = { [4] = "cascade" };
static DEFINE_SPINLOCK(dma_spin_lock);

static int is_wide(unsigned int channel)
{
	return channel >= 4;
}

/* A register of a channel's controller; the second one's lie two ports apart. */
static u16 controller_port(unsigned int channel, u16 reg)
{
	return is_wide(channel) ? DMA2_PORT + 2 * reg : DMA1_PORT + reg;
}

static u16 address_port(unsigned int channel)
{
	return controller_port(channel, 2 * (channel & 3));
}

static u16 count_port(unsigned int channel)
{
	return controller_port(channel, 2 * (channel & 3) + 1);
}

unsigned long claim_dma_lock(void)
{
	unsigned long flags;

	spin_lock_irqsave(&dma_spin_lock, flags);
	return flags;
}

void release_dma_lock(unsigned long flags)
{
	spin_unlock_irqrestore(&dma_spin_lock, flags);
}

int request_dma(unsigned int channel, const char *name)
{
	if (channel >= MAX_DMA_CHANNELS)
		return -EINVAL;
	if (dma_owners[channel])
		return -EBUSY;
	dma_owners[channel] = name;
	track("DMA channel", channel, name);
	return 0;
}

void free_dma(unsigned int channel)
{
	if (channel >= MAX_DMA_CHANNELS || !dma_owners[channel]) {
		sched_bug(SCHED_BUG_ISA_DMA, "Trying to free free DMA%u", channel);
		return;
	}
	untrack("DMA channel", channel);
	dma_owners[channel] = NULL;
}

/* All channels of a controller share a flip-flop, and no channel belongs to whoever has not asked for it. */
static void check_use(unsigned int channel, const char *function)
{
	if (!spin_is_locked(&dma_spin_lock))
		sched_bug(SCHED_BUG_ISA_DMA, "%s(%u) without claim_dma_lock()", function, channel);
	else if (channel >= MAX_DMA_CHANNELS || !dma_owners[channel])
		sched_bug(SCHED_BUG_ISA_DMA, "%s(%u) of a DMA channel that nobody has requested", function, channel);
}

void enable_dma(unsigned int channel)
{
	check_use(channel, __func__);
	outb(channel & 3, controller_port(channel, MASK_SINGLE));
}

void disable_dma(unsigned int channel)
{
	check_use(channel, __func__);
	outb((channel & 3) | MASK_CHANNEL, controller_port(channel, MASK_SINGLE));
}

void clear_dma_ff(unsigned int channel)
{
	check_use(channel, __func__);
	outb(0, controller_port(channel, CLEAR_FLIP_FLOP));
}

void set_dma_mode(unsigned int channel, u8 mode)
{
	check_use(channel, __func__);
	outb(mode | (channel & 3), controller_port(channel, MODE));
}

void set_dma_page(unsigned int channel, u8 page)
{
	check_use(channel, __func__);
	/* A word channel's address counter holds A16 itself. */
	outb(is_wide(channel) ? page & 0xfe : page, DMA_PAGE_PORT + page_ports[channel]);
}

static void write_pair(u16 port, unsigned int value)
{
	outb(value & 0xff, port);
	outb((value >> 8) & 0xff, port);
}

void set_dma_addr(unsigned int channel, unsigned int phys)
{
	check_use(channel, __func__);
	set_dma_page(channel, phys >> 16);
	write_pair(address_port(channel), is_wide(channel) ? phys >> 1 : phys);
}

void set_dma_count(unsigned int channel, unsigned int bytes)
{
	check_use(channel, __func__);
	write_pair(count_port(channel), (is_wide(channel) ? bytes >> 1 : bytes) - 1);
}

/* The counter stands at -1 when all has been moved. */
unsigned int get_dma_residue(unsigned int channel)
{
	unsigned int count;

	check_use(channel, __func__);
	count = inb(count_port(channel));
	count = (count | (unsigned int)inb(count_port(channel)) << 8) + 1;
	count &= 0xffff;
	return is_wide(channel) ? count << 1 : count;
}
