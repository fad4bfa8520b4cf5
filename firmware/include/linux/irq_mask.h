/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Short stretches without interrupts, at the price of two stores: while irq_mask is set the processor leaves interrupts
 * pending, and takes them before the next basic block once it is clear. They do not nest; nothing in between may sleep,
 * touch a device or enter the trap gate. Not Linux's: its kernels use cli, which costs more on this machine.
 */
#ifndef LINUX_IRQ_MASK_H
#define LINUX_IRQ_MASK_H

#include <linux/compiler.h>
#include <linux/types.h>

extern volatile u64 irq_mask;

static inline void mask_interrupts(void)
{
	irq_mask = 1;
	barrier();
}

static inline void unmask_interrupts(void)
{
	barrier();
	irq_mask = 0;
}

#endif
