/* SPDX-License-Identifier: GPL-2.0-only */
/* What is done as soon as interrupts may come: here in a softirq, not in an interrupt of its own. */
#ifndef LINUX_IRQ_WORK_H
#define LINUX_IRQ_WORK_H

#include <linux/delay.h>
#include <linux/interrupt.h>

struct irq_work {
	struct tasklet_struct tasklet;
	void (*func)(struct irq_work *work);
};

static inline void __irq_work_run(struct tasklet_struct *tasklet)
{
	struct irq_work *work = container_of(tasklet, struct irq_work, tasklet);

	work->func(work);
}

#define IRQ_WORK_INIT(function)								\
	{ .tasklet = { .callback = __irq_work_run, .use_callback = true }, .func = (function) }
#define DEFINE_IRQ_WORK(name, function) struct irq_work name = IRQ_WORK_INIT(function)

static inline void init_irq_work(struct irq_work *work, void (*func)(struct irq_work *work))
{
	*work = (struct irq_work)IRQ_WORK_INIT(func);
}

#define irq_work_is_pending(work) test_bit(TASKLET_STATE_SCHED, &(work)->tasklet.state)

static inline bool irq_work_queue(struct irq_work *work)
{
	bool was_pending = irq_work_is_pending(work);

	tasklet_hi_schedule(&work->tasklet);
	return !was_pending;
}

static inline void irq_work_sync(struct irq_work *work)
{
	while (irq_work_is_pending(work))
		msleep(1);
}

#endif
