/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks, and giving up the CPU. */
#ifndef LINUX_SCHED_H
#define LINUX_SCHED_H

#include <kernel/sched.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/spinlock.h>

extern struct task_struct init_task;
extern struct task_struct *current_task;

#define current (*(struct task_struct *volatile *)&current_task)
#define get_current() current

#define MAX_SCHEDULE_TIMEOUT (~0UL >> 1)

void schedule(void);
long schedule_timeout(long timeout);
long schedule_timeout_interruptible(long timeout);
long schedule_timeout_uninterruptible(long timeout);
long schedule_timeout_killable(long timeout);
long schedule_timeout_idle(long timeout);
long io_schedule_timeout(long timeout);
void io_schedule(void);
void yield(void);
int wake_up_process(struct task_struct *task);
int wake_up_state(struct task_struct *task, unsigned int state);

/* Let others run where any waits for the CPU: 1 where one did. */
int _cond_resched(void);
void touch_softlockup_watchdog(void);
#define cond_resched() ({ might_sleep(); _cond_resched(); })
#define need_resched() 0

#define __set_current_state(value) (current->state = (value))
#define set_current_state(value) do { current->state = (value); barrier(); } while (0)
#define __set_task_state(task, value) ((task)->state = (value))
#define set_task_state(task, value) __set_task_state((task), (value))
#define get_current_state() (current->state)
#define task_is_running(task) ((task)->state == TASK_RUNNING)

#define get_task_struct(task) ((void)((task)->usage++))
void put_task_struct(struct task_struct *task);

#define for_each_process(task) list_for_each_entry((task), &init_task.tasks, tasks)

static inline int task_pid_nr(const struct task_struct *task)
{
	return task->pid;
}

#define task_tgid_nr(task) ((task)->tgid)
#define task_pid_vnr(task) task_pid_nr(task)
#define get_task_comm(buf, task) strlcpy((buf), (task)->comm, sizeof(buf))
#define set_task_comm(task, name) strlcpy((task)->comm, (name), TASK_COMM_LEN)

/* Signals come only from whoever sends one in the guest. */
static inline int signal_pending(const struct task_struct *task)
{
	return unlikely(*(const volatile u64 *)&task->pending != 0);
}

#define SIGKILL 9
static inline int fatal_signal_pending(const struct task_struct *task)
{
	return unlikely(*(const volatile u64 *)&task->pending >> (SIGKILL - 1) & 1);
}

int signal_pending_state(long state, const struct task_struct *task);
int send_sig(int sig, struct task_struct *task, int priv);
void flush_signals(struct task_struct *task);

/* Priorities and nice values change nothing: tasks run in the order in which they became ready. */
#define set_user_nice(task, nice) ((void)(task), (void)(nice))
#define sched_set_fifo(task) ((void)(task))
#define sched_set_fifo_low(task) ((void)(task))
#define sched_set_normal(task, nice) ((void)(task), (void)(nice))

#endif
