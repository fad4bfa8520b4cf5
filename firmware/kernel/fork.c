// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tasks come and go. A task's memory is one block of pages: its struct task_struct at the start, then, right below the
 * stack, a page that is not mapped. kernel/fork.c, kernel/exit.c
 */
#include <asm/page.h>
#include <linux/completion.h>
#include <linux/gfp.h>
#include <linux/kthread.h>
#include <linux/string.h>

#include "kasan.h"
#include "kernel.h"
#include "sched.h"

static int last_pid = 1;		/* init_task's */

/* As __switch_to() would have left it. */
static void start_stack(struct task_struct *task)
{
	u64 *top = (u64 *)((u64)task->stack + THREAD_SIZE - 16);

	*--top = (u64)ret_from_fork;
	for (int i = 0; i < SAVED_REGISTERS; i++)
		*--top = 0;
	task->rsp = (u64)top;
}

static void setup_task(struct task_struct *task, int (*threadfn)(void *data), void *data, const char *name)
{
	unsigned long flags;

	task->state = TASK_UNINTERRUPTIBLE;
	task->usage = 1;
	task->flags |= PF_KTHREAD;
	task->pid = task->tgid = ++last_pid;
	task->threadfn = threadfn;
	task->data = data;
	strlcpy(task->comm, name, sizeof(task->comm));
	INIT_LIST_HEAD(&task->exited.task_list);
	start_stack(task);
	local_irq_save(flags);
	list_add_tail(&task->tasks, &init_task.tasks);
	local_irq_restore(flags);
}

void init_static_task(struct task_struct *task, void *stack, int (*threadfn)(void *data), const char *name)
{
	task->stack = stack;
	task->flags = PF_STATIC;
	setup_task(task, threadfn, NULL, name);
}

static u64 guard_of(const struct task_struct *task)
{
	return (u64)task->stack - PAGE_SIZE;
}

int in_task_stack_guard(u64 virt)
{
	struct task_struct *task;

	for_each_process(task) {
		if (virt >= guard_of(task) && virt < guard_of(task) + PAGE_SIZE)
			return 1;
	}
	return 0;
}

struct task_struct *copy_process(int (*threadfn)(void *data), void *data, const char *name)
{
	struct task_struct *task = (void *)__get_free_pages(GFP_KERNEL, THREAD_ORDER);

	if (!task)
		return NULL;
	memset(task, 0, sizeof(*task));
	task->stack = (char *)task + THREAD_BLOCK - THREAD_SIZE;
	if (set_page_present(guard_of(task), 0)) {
		free_pages((unsigned long)task, THREAD_ORDER);
		return NULL;
	}
	setup_task(task, threadfn, data, name);
	return task;
}

void put_task_struct(struct task_struct *task)
{
	unsigned long flags;

	if (--task->usage || task->flags & PF_STATIC)
		return;
	local_irq_save(flags);
	list_del(&task->tasks);
	local_irq_restore(flags);
	set_page_present(guard_of(task), 1);
	free_pages((unsigned long)task, THREAD_ORDER);
}

void task_entry(struct task_struct *prev)
{
	finish_task_switch(prev);
	local_irq_enable();
	kthread_exit(current->threadfn(current->data));
}

/* Wake whoever waits in kthread_stop(), and never run again; the next task frees this one. */
void kthread_exit(long code)
{
	struct task_struct *task = current;

	local_irq_disable();
	if (preempt_count())
		sched_bug(SCHED_BUG_PREEMPT_IMBALANCE, "BUG: %s/%d exited with preempt_count %x", task->comm, task->pid,
			  preempt_count());
	if (task->locks_held)
		sched_bug(SCHED_BUG_MUTEX, "BUG: %s/%d, lock held at task exit time!", task->comm, task->pid);
	preempt_count() = 0;
	task->exit_code = code;
	kasan_unpoison_task_stack(task);
	task->flags |= PF_EXITING;
	while (!list_empty(&task->exited.task_list)) {
		wait_queue_entry_t *waiter = list_first_entry(&task->exited.task_list, wait_queue_entry_t, entry);

		list_del_init(&waiter->entry);
		wake_up_process(waiter->private);
	}
	task->state = TASK_DEAD;
	schedule();
	BUG();
}

void kthread_complete_and_exit(struct completion *done, long code)
{
	if (done)
		complete(done);
	kthread_exit(code);
}
