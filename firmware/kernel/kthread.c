// SPDX-License-Identifier: GPL-2.0-only
/* Kernel threads, made and ended by those who need them. kernel/kthread.c */
#include <linux/kthread.h>
#include <linux/wait.h>

#include "kernel.h"
#include "sched.h"

noinline struct task_struct *kthread_create(int (*threadfn)(void *data), void *data, const char *name, ...)
{
	char comm[64];
	struct task_struct *task;
	va_list args;

	might_sleep();
	va_start(args, name);
	vsnprintf(comm, sizeof(comm), name, args);
	va_end(args);
	task = copy_process(threadfn, data, comm);
	return task ? task : ERR_PTR(-ENOMEM);
}

/* A thread that has ended is there as long as somebody holds a reference to it. */
static int is_task(const struct task_struct *task)
{
	struct task_struct *each;

	for_each_process(each) {
		if (each == task)
			return 1;
	}
	return 0;
}

static void wait_for_exit(struct task_struct *task)
{
	DEFINE_WAIT(waiter);
	unsigned long flags;

	local_irq_save(flags);
	while (!(task->flags & PF_EXITING)) {
		list_del_init(&waiter.entry);
		list_add_tail(&waiter.entry, &task->exited.task_list);
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule();
	}
	local_irq_restore(flags);
}

noinline int kthread_stop(struct task_struct *task)
{
	int result;

	might_sleep();
	if (!is_task(task)) {
		sched_bug(SCHED_BUG_KTHREAD, "BUG: kthread_stop() of a thread that has ended, and is freed");
		return -ESRCH;
	}
	if (!task->started) {
		put_task_struct(task);
		return -EINTR;
	}
	task->should_stop = 1;
	task->should_park = 0;
	get_task_struct(task);
	try_to_wake_up(task, TASK_NORMAL);
	wait_for_exit(task);
	result = task->exit_code;
	put_task_struct(task);
	return result;
}

bool kthread_should_stop(void)
{
	return *(volatile int *)&current->should_stop;
}

static DECLARE_WAIT_QUEUE_HEAD(parking);

bool kthread_should_park(void)
{
	return *(volatile int *)&current->should_park;
}

void kthread_parkme(void)
{
	while (kthread_should_park()) {
		set_current_state(TASK_IDLE);
		current->parked = 1;
		wake_up_all(&parking);
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	current->parked = 0;
}

int kthread_park(struct task_struct *task)
{
	if (task->flags & PF_EXITING)
		return -ENOSYS;
	if (WARN_ON_ONCE(task->parked))
		return -EBUSY;
	task->should_park = 1;
	if (task != current) {
		wake_up_process(task);
		wait_event(parking, task->parked || (task->flags & PF_EXITING));
	}
	return 0;
}

void kthread_unpark(struct task_struct *task)
{
	task->should_park = 0;
	if (task->parked)
		try_to_wake_up(task, TASK_NORMAL | TASK_IDLE);
}

bool kthread_freezable_should_stop(bool *was_frozen)
{
	if (was_frozen)
		*was_frozen = false;
	return kthread_should_stop();
}

void *kthread_data(struct task_struct *task)
{
	return task->data;
}
