// SPDX-License-Identifier: GPL-2.0-only
/* Interrupt handlers that run in a task of their own, and waiting for them. kernel/irq/manage.c */
#include <linux/kthread.h>

#include "irq.h"
#include "kernel.h"
#include "sched.h"

static DECLARE_WAIT_QUEUE_HEAD(threads_done);

void wake_irq_thread(struct irqaction *action)
{
	struct irq_desc *desc = &irq_desc[action->irq];

	if (action->thread_wanted++)
		return;
	desc->threads++;
	if (action->flags & IRQF_ONESHOT)
		desc->oneshot++;
	wake_up_process(action->thread);
}

void irq_wake_thread(unsigned int irq, void *dev_id)
{
	unsigned long flags;

	local_irq_save(flags);
	for (struct irqaction *action = irq_desc[irq].action; action; action = action->next) {
		if (action->dev_id == dev_id && action->thread)
			wake_irq_thread(action);
	}
	local_irq_restore(flags);
}

/* With interrupts off: the thread has done what it was woken for. */
static void finish(struct irqaction *action)
{
	struct irq_desc *desc = &irq_desc[action->irq];

	desc->threads--;
	if (action->flags & IRQF_ONESHOT && !--desc->oneshot && !desc->depth && desc->action)
		desc->chip->unmask(action->irq);
	wake_up_all(&threads_done);
}

static int irq_thread(void *data)
{
	struct irqaction *action = data;

	local_irq_disable();
	while (!kthread_should_stop()) {
		set_current_state(TASK_IDLE);
		if (!action->thread_wanted) {
			schedule();
			continue;
		}
		__set_current_state(TASK_RUNNING);
		action->thread_wanted = 0;
		local_irq_enable();
		action->thread_fn(action->irq, action->dev_id);
		local_irq_disable();
		/* Woken again meanwhile, it has been counted again. */
		finish(action);
	}
	__set_current_state(TASK_RUNNING);
	local_irq_enable();
	return 0;
}

int setup_irq_thread(struct irqaction *action)
{
	action->thread = kthread_create(irq_thread, action, "irq/%d-%s", action->irq, action->name);
	if (IS_ERR(action->thread))
		return PTR_ERR(action->thread);
	wake_up_process(action->thread);
	return 0;
}

void stop_irq_thread(struct irqaction *action)
{
	kthread_stop(action->thread);
	action->thread = NULL;
}

noinline void synchronize_irq(unsigned int irq)
{
	struct irq_desc *desc = &irq_desc[irq];

	if (irq >= NR_IRQS)
		return;
	if (desc->in_progress)
		sched_bug(SCHED_BUG_IRQ, "BUG: waiting for the handlers of irq %u from within one of them", irq);
	else if (desc->threads)
		wait_event(threads_done, !desc->threads);
}
