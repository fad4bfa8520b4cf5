/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In which context the CPU is. One counter, as in Linux: spin locks and the like in the lowest byte, softirqs (or their
 * being held off) in the next, interrupt handlers above. Tasks give up the CPU of their own will only, so that the lowest
 * byte preempts nothing; it is counted to tell where sleeping is wrong.
 */
#ifndef LINUX_PREEMPT_H
#define LINUX_PREEMPT_H

#include <linux/compiler.h>
#include <linux/irqflags.h>
#include <linux/types.h>

#define PREEMPT_OFFSET 0x1
#define SOFTIRQ_OFFSET 0x100
#define SOFTIRQ_DISABLE_OFFSET 0x200
#define HARDIRQ_OFFSET 0x10000
#define NMI_OFFSET 0x100000
#define PREEMPT_MASK 0x000000ff
#define SOFTIRQ_MASK 0x0000ff00
#define HARDIRQ_MASK 0x000f0000
#define NMI_MASK 0x00f00000

/* What allocations look at first, side by side, so that one load gets it. arch/x86/include/asm/current.h */
union pcpu_hot {
	struct {
		/* Frames whose objects the guest gives and takes itself: all, or none. The host clears it for a time. */
		u32 slab_fast_pfns;
		int preempt_count;
	};
	u64 word;
};

extern volatile union pcpu_hot pcpu_hot;

#define preempt_count() (pcpu_hot.preempt_count)

static __always_inline void preempt_count_add(int value)
{
	preempt_count() += value;
	barrier();
}

static __always_inline void preempt_count_sub(int value)
{
	barrier();
	preempt_count() -= value;
}

#define preempt_disable() preempt_count_add(PREEMPT_OFFSET)
#define preempt_enable() preempt_count_sub(PREEMPT_OFFSET)
#define preempt_enable_no_resched() preempt_enable()

#define hardirq_count() (preempt_count() & HARDIRQ_MASK)
#define softirq_count() (preempt_count() & SOFTIRQ_MASK)
#define irq_count() (preempt_count() & (HARDIRQ_MASK | SOFTIRQ_MASK | NMI_MASK))
#define in_irq() hardirq_count()
#define in_hardirq() hardirq_count()
#define in_softirq() softirq_count()
#define in_serving_softirq() (softirq_count() & SOFTIRQ_OFFSET)
#define in_interrupt() irq_count()
#define in_nmi() (preempt_count() & NMI_MASK)
#define in_task() (!(preempt_count() & (HARDIRQ_MASK | NMI_MASK | SOFTIRQ_OFFSET)))
#define in_atomic() (preempt_count() != 0)
#define preemptible() (!preempt_count() && !irqs_disabled())

#endif
