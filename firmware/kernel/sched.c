// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scheduler: one queue of tasks that are ready, served in the order in which they became so. A task runs until it
 * gives up the CPU; interrupts come between. With nobody ready the task that slept last halts the CPU, in schedule().
 * kernel/sched.c
 */
#include <linux/interrupt.h>
#include <linux/string.h>

#include "kernel.h"
#include "sched.h"

extern char init_stack[];

_Static_assert(offsetof(struct task_struct, rsp) == TASK_RSP, "assembly has another offset");

/* start_kernel() and the steps run as this one. */
struct task_struct init_task = {
	.stack = init_stack,
	.on_cpu = 1,
	.usage = 1,
	.flags = PF_STATIC,
	.pid = 1,
	.tgid = 1,
	.comm = "swapper",
	.started = 1,
	.run_list = LIST_HEAD_INIT(init_task.run_list),
	.tasks = LIST_HEAD_INIT(init_task.tasks),
};

struct task_struct *current_task = &init_task;
volatile union pcpu_hot pcpu_hot;

static LIST_HEAD(runqueue);

static void enqueue_task(struct task_struct *task)
{
	task->on_rq = 1;
	list_add_tail(&task->run_list, &runqueue);
}

int try_to_wake_up(struct task_struct *task, unsigned int state)
{
	unsigned long flags;
	int woken;

	local_irq_save(flags);
	woken = (task->state & state) != 0;
	if (woken) {
		task->state = TASK_RUNNING;
		task->started = 1;
		if (!task->on_cpu && !task->on_rq)
			enqueue_task(task);
	}
	local_irq_restore(flags);
	return woken;
}

int wake_up_process(struct task_struct *task)
{
	return try_to_wake_up(task, TASK_NORMAL);
}

int wake_up_state(struct task_struct *task, unsigned int state)
{
	return try_to_wake_up(task, state);
}

/* Halt until some task is ready; the caller has interrupts off. */
static void cpu_idle(void)
{
	while (list_empty(&runqueue)) {
		touch_softlockup_watchdog();
		if (softirq_pending()) {
			invoke_softirq();
			continue;
		}
		check_all_asleep();
		safe_halt();
		local_irq_disable();
	}
}

static struct task_struct *pick_next_task(void)
{
	struct task_struct *next;

	cpu_idle();
	next = list_first_entry(&runqueue, struct task_struct, run_list);
	list_del(&next->run_list);
	next->on_rq = 0;
	return next;
}

void finish_task_switch(struct task_struct *prev)
{
	if (prev->state == TASK_DEAD)
		put_task_struct(prev);
}

static void context_switch(struct task_struct *prev, struct task_struct *next)
{
	prev->preempt_count = preempt_count();
	prev->last_ran = jiffies;
	prev->hung = 0;
	current_task = next;
	preempt_count() = next->preempt_count;
	finish_task_switch(__switch_to(prev, next));
}

static void __schedule(void)
{
	struct task_struct *prev = current;
	struct task_struct *next;
	unsigned long flags;

	local_irq_save(flags);
	if (signal_pending_state(prev->state, prev))
		prev->state = TASK_RUNNING;
	prev->on_cpu = 0;
	touch_softlockup_watchdog();
	if (prev->state == TASK_RUNNING)
		enqueue_task(prev);
	else if (prev->flags & PF_WQ_WORKER)
		wq_worker_sleeping(prev);
	next = pick_next_task();
	next->on_cpu = 1;
	if (next != prev)
		context_switch(prev, next);
	local_irq_restore(flags);
}

noinline void schedule(void)
{
	if (unlikely(in_atomic()))
		schedule_bug();
	__schedule();
}

void yield(void)
{
	__set_current_state(TASK_RUNNING);
	schedule();
}

int _cond_resched(void)
{
	if (in_atomic() || irqs_disabled())
		return 0;
	touch_softlockup_watchdog();
	if (list_empty(&runqueue))
		return 0;
	yield();
	return 1;
}

void io_schedule(void)
{
	schedule();
}

int signal_pending_state(long state, const struct task_struct *task)
{
	if (!(state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)) || !signal_pending(task))
		return 0;
	return (state & TASK_INTERRUPTIBLE) || fatal_signal_pending(task);
}

int send_sig(int sig, struct task_struct *task, int priv)
{
	task->pending |= 1UL << (sig - 1);
	try_to_wake_up(task, TASK_INTERRUPTIBLE | (sig == SIGKILL ? TASK_WAKEKILL : 0));
	return 0;
}

void flush_signals(struct task_struct *task)
{
	task->pending = 0;
}

void sched_init(void)
{
	softirq_init();
	init_timers();
	workqueue_init();
}
