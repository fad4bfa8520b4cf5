// SPDX-License-Identifier: GPL-2.0-only
/* Rarer ways to wait. kernel/sched/wait.c, wait_bit.c, time/hrtimer.c */
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/wait_bit.h>

DECLARE_WAIT_QUEUE_HEAD(__bit_wait_queue);

/* Whose turn it is they find out by themselves. */
void wake_up_bit(void *word, int bit)
{
	wake_up_all(&__bit_wait_queue);
}

int woken_wake_function(wait_queue_entry_t *entry, unsigned int mode, int flags, void *key)
{
	entry->flags |= WQ_FLAG_WOKEN;
	return default_wake_function(entry, mode, flags, key);
}

long wait_woken(wait_queue_entry_t *entry, unsigned int mode, long timeout)
{
	set_current_state(mode);
	if (!(entry->flags & WQ_FLAG_WOKEN) && !kthread_should_stop())
		timeout = schedule_timeout(timeout);
	__set_current_state(TASK_RUNNING);
	entry->flags &= ~WQ_FLAG_WOKEN;
	return timeout;
}

static enum hrtimer_restart wake_sleeper(struct hrtimer *timer)
{
	struct hrtimer_sleeper *sleeper = container_of(timer, struct hrtimer_sleeper, timer);
	struct task_struct *task = sleeper->task;

	sleeper->task = NULL;
	if (task)
		wake_up_process(task);
	return HRTIMER_NORESTART;
}

void __hrtimer_sleeper_start(struct hrtimer_sleeper *sleeper, ktime_t timeout, enum hrtimer_mode mode)
{
	sleeper->task = current;
	hrtimer_setup(&sleeper->timer, wake_sleeper, CLOCK_MONOTONIC, mode);
	if (timeout != KTIME_MAX)
		hrtimer_start(&sleeper->timer, timeout, mode);
}

int schedule_hrtimeout(ktime_t *expires, enum hrtimer_mode mode)
{
	struct hrtimer_sleeper sleeper;

	if (expires && !*expires) {
		__set_current_state(TASK_RUNNING);
		return 0;
	}
	__hrtimer_sleeper_start(&sleeper, expires ? *expires : KTIME_MAX, mode);
	if (sleeper.task)
		schedule();
	hrtimer_cancel(&sleeper.timer);
	__set_current_state(TASK_RUNNING);
	return sleeper.task ? -EINTR : 0;
}
