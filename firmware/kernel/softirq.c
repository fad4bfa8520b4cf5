// SPDX-License-Identifier: GPL-2.0-only
/* Softirqs and tasklets: what interrupt handlers leave for when interrupts are on again. kernel/softirq.c */
#include <linux/interrupt.h>
#include <linux/irqflags.h>
#include <linux/rcupdate.h>

#include "kernel.h"
#include "sched.h"

#define MAX_SOFTIRQ_RESTART 10

static void (*softirq_vec[NR_SOFTIRQS])(void);
static u32 pending;

struct tasklet_list {
	struct tasklet_struct *head, **tail;
};

static struct tasklet_list tasklets = { NULL, &tasklets.head };
static struct tasklet_list hi_tasklets = { NULL, &hi_tasklets.head };
static struct callback_head *rcu_callbacks, **rcu_tail = &rcu_callbacks;

void open_softirq(int nr, void (*action)(void))
{
	softirq_vec[nr] = action;
}

int softirq_pending(void)
{
	return *(volatile u32 *)&pending;
}

void raise_softirq(unsigned int nr)
{
	unsigned long flags;

	local_irq_save(flags);
	pending |= 1U << nr;
	local_irq_restore(flags);
}

static void run_pending(u32 which)
{
	for (int nr = 0; nr < NR_SOFTIRQS; nr++) {
		int before = preempt_count();

		if (!(which >> nr & 1))
			continue;
		softirq_vec[nr]();
		check_atomic_balance("softirq", before);
	}
}

/* Run what is pending, with interrupts on; the caller has them off. */
void invoke_softirq(void)
{
	preempt_count_add(SOFTIRQ_OFFSET);
	for (int round = 0; pending && round < MAX_SOFTIRQ_RESTART; round++) {
		u32 which = pending;

		pending = 0;
		local_irq_enable();
		run_pending(which);
		local_irq_disable();
	}
	preempt_count_sub(SOFTIRQ_OFFSET);
}

void do_softirq(void)
{
	unsigned long flags;

	if (in_interrupt())
		return;
	local_irq_save(flags);
	if (pending)
		invoke_softirq();
	local_irq_restore(flags);
}

void local_bh_disable(void)
{
	preempt_count_add(SOFTIRQ_DISABLE_OFFSET);
}

noinline void local_bh_enable(void)
{
	if (unlikely(in_irq() || irqs_disabled()))
		sched_bug(SCHED_BUG_LOCK_INVERSION, "WARNING: local_bh_enable() with interrupts off, in_irq(): %d", !!in_irq());
	preempt_count_sub(SOFTIRQ_DISABLE_OFFSET);
	if (!irqs_disabled())
		do_softirq();
}

void irq_enter(void)
{
	preempt_count_add(HARDIRQ_OFFSET);
}

void irq_exit(void)
{
	preempt_count_sub(HARDIRQ_OFFSET);
	if (pending && !in_interrupt())
		invoke_softirq();
}

static void call_tasklet(struct tasklet_struct *tasklet)
{
	if (tasklet->use_callback)
		tasklet->callback(tasklet);
	else
		tasklet->func(tasklet->data);
}

static void append(struct tasklet_list *list, struct tasklet_struct *tasklet)
{
	unsigned long flags;

	local_irq_save(flags);
	tasklet->next = NULL;
	*list->tail = tasklet;
	list->tail = &tasklet->next;
	local_irq_restore(flags);
}

static struct tasklet_struct *take_all(struct tasklet_list *list)
{
	struct tasklet_struct *first;
	unsigned long flags;

	local_irq_save(flags);
	first = list->head;
	list->head = NULL;
	list->tail = &list->head;
	local_irq_restore(flags);
	return first;
}

static void run_tasklets(struct tasklet_list *list)
{
	for (struct tasklet_struct *next, *tasklet = take_all(list); tasklet; tasklet = next) {
		next = tasklet->next;
		if (atomic_read(&tasklet->count)) {
			append(list, tasklet);		/* disabled: tasklet_enable() raises the softirq again */
			continue;
		}
		clear_bit(TASKLET_STATE_SCHED, &tasklet->state);
		set_bit(TASKLET_STATE_RUN, &tasklet->state);
		call_tasklet(tasklet);
		clear_bit(TASKLET_STATE_RUN, &tasklet->state);
	}
}

static void tasklet_action(void)
{
	run_tasklets(&tasklets);
}

static void tasklet_hi_action(void)
{
	run_tasklets(&hi_tasklets);
}

void tasklet_init(struct tasklet_struct *tasklet, void (*func)(unsigned long data), unsigned long data)
{
	*tasklet = (struct tasklet_struct) { .func = func, .data = data };
}

void tasklet_setup(struct tasklet_struct *tasklet, void (*callback)(struct tasklet_struct *tasklet))
{
	*tasklet = (struct tasklet_struct) { .callback = callback, .use_callback = true };
}

void tasklet_schedule(struct tasklet_struct *tasklet)
{
	if (test_and_set_bit(TASKLET_STATE_SCHED, &tasklet->state))
		return;
	append(&tasklets, tasklet);
	raise_softirq(TASKLET_SOFTIRQ);
}

void tasklet_hi_schedule(struct tasklet_struct *tasklet)
{
	if (test_and_set_bit(TASKLET_STATE_SCHED, &tasklet->state))
		return;
	append(&hi_tasklets, tasklet);
	raise_softirq(HI_SOFTIRQ);
}

/* A tasklet never runs while a task does, so that there is nothing to wait for. */
void tasklet_disable(struct tasklet_struct *tasklet)
{
	atomic_inc(&tasklet->count);
}

void tasklet_enable(struct tasklet_struct *tasklet)
{
	if (!atomic_dec_and_test(&tasklet->count) || !test_bit(TASKLET_STATE_SCHED, &tasklet->state))
		return;
	raise_softirq(HI_SOFTIRQ);
	raise_softirq(TASKLET_SOFTIRQ);
}

noinline void tasklet_kill(struct tasklet_struct *tasklet)
{
	if (in_interrupt())
		sched_bug(SCHED_BUG_IRQ, "BUG: Attempt to kill tasklet from interrupt");
	might_sleep();
	while (test_bit(TASKLET_STATE_SCHED, &tasklet->state)) {
		do_softirq();
		schedule_timeout_uninterruptible(1);
	}
}

void call_rcu(struct callback_head *head, rcu_callback_t func)
{
	unsigned long flags;

	head->next = NULL;
	head->func = func;
	local_irq_save(flags);
	*rcu_tail = head;
	rcu_tail = &head->next;
	pending |= 1U << RCU_SOFTIRQ;
	local_irq_restore(flags);
}

/* Readers do not sleep and softirqs do not interrupt them: at this point none is left. */
static void rcu_process_callbacks(void)
{
	struct callback_head *head;
	unsigned long flags;

	local_irq_save(flags);
	head = rcu_callbacks;
	rcu_callbacks = NULL;
	rcu_tail = &rcu_callbacks;
	local_irq_restore(flags);
	while (head) {
		struct callback_head *next = head->next;

		head->func(head);
		head = next;
	}
}

noinline void synchronize_rcu(void)
{
	might_sleep();
}

noinline void rcu_barrier(void)
{
	might_sleep();
	do_softirq();
}

void softirq_init(void)
{
	open_softirq(HI_SOFTIRQ, tasklet_hi_action);
	open_softirq(TASKLET_SOFTIRQ, tasklet_action);
	open_softirq(RCU_SOFTIRQ, rcu_process_callbacks);
}
