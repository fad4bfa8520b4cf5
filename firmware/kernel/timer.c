// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timers of tick resolution, and the sleeps that they end. One list in order of expiry; few timers are ever pending here.
 * kernel/timer.c
 */
#include <kernel/track.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/sched.h>
#include <linux/timer.h>

#include "kernel.h"
#include "sched.h"

#define TIMER_SHUTDOWN 0x1		/* flags: it cannot be armed any more */

static LIST_HEAD(pending);
static struct timer_list *running;

void init_timer_key(struct timer_list *timer)
{
	timer->entry.next = NULL;
	timer->flags = 0;
}

static int detach(struct timer_list *timer)
{
	if (!timer_pending(timer))
		return 0;
	list_del(&timer->entry);
	timer->entry.next = NULL;
	return 1;
}

static void enqueue(struct timer_list *timer)
{
	struct timer_list *later;

	/* Of equal times the one that was asked for first comes first. */
	list_for_each_entry(later, &pending, entry) {
		if (time_after(later->expires, timer->expires))
			break;
	}
	list_add_tail(&timer->entry, &later->entry);
}

static noinline int check_timer(struct timer_list *timer)
{
	if (likely(timer->function))
		return 1;
	if (!(timer->flags & TIMER_SHUTDOWN))
		sched_bug(SCHED_BUG_TIMER, "BUG: timer %016lx is armed, but has no function", (unsigned long)timer);
	return 0;
}

noinline int mod_timer(struct timer_list *timer, unsigned long expires)
{
	unsigned long flags;
	int was_pending;

	if (!check_timer(timer))
		return 0;
	local_irq_save(flags);
	was_pending = detach(timer);
	timer->expires = expires;
	timer->started_at = driver_line((unsigned long)__builtin_return_address(0));
	enqueue(timer);
	local_irq_restore(flags);
	return was_pending;
}

int mod_timer_pending(struct timer_list *timer, unsigned long expires)
{
	return timer_pending(timer) ? mod_timer(timer, expires) : 0;
}

int timer_reduce(struct timer_list *timer, unsigned long expires)
{
	if (timer_pending(timer) && time_before_eq(timer->expires, expires))
		return 1;
	return mod_timer(timer, expires);
}

noinline void add_timer(struct timer_list *timer)
{
	if (timer_pending(timer))
		sched_bug(SCHED_BUG_TIMER, "BUG: add_timer() of timer %016lx, which is pending", (unsigned long)timer);
	mod_timer(timer, timer->expires);
}

int timer_delete(struct timer_list *timer)
{
	unsigned long flags;
	int was_pending;

	local_irq_save(flags);
	was_pending = detach(timer);
	local_irq_restore(flags);
	return was_pending;
}

/* No timer runs while a task does: only who is called by it, or interrupted it, would wait, and for ever. */
noinline int timer_delete_sync(struct timer_list *timer)
{
	if (running == timer)
		sched_bug(SCHED_BUG_TIMER, "BUG: del_timer_sync() from within the timer's function: it waits for itself");
	else if (in_irq())
		sched_bug(SCHED_BUG_TIMER, "WARNING: del_timer_sync() in an interrupt handler");
	return timer_delete(timer);
}

int timer_shutdown(struct timer_list *timer)
{
	timer->function = NULL;
	timer->flags |= TIMER_SHUTDOWN;
	return timer_delete(timer);
}

int timer_shutdown_sync(struct timer_list *timer)
{
	int was_pending = timer_delete_sync(timer);

	timer_shutdown(timer);
	return was_pending;
}

static struct timer_list *take_expired(void)
{
	struct timer_list *first = NULL;
	unsigned long flags;

	local_irq_save(flags);
	if (!list_empty(&pending)) {
		first = list_first_entry(&pending, struct timer_list, entry);
		if (time_after(first->expires, jiffies))
			first = NULL;
		else
			detach(first);
	}
	local_irq_restore(flags);
	return first;
}

static void run_timer_softirq(void)
{
	struct timer_list *timer;

	while ((timer = take_expired()) != NULL) {
		void (*function)(unsigned long) = (void *)timer->function;
		int before = preempt_count();

		running = timer;
		function(timer->data);
		running = NULL;
		check_atomic_balance("timer", before);
	}
}

/* At each tick, in its interrupt. */
void run_local_timers(void)
{
	if (!list_empty(&pending) &&
	    time_after_eq(jiffies, list_first_entry(&pending, struct timer_list, entry)->expires))
		raise_softirq(TIMER_SOFTIRQ);
}

/* Deferrable ones do not count: they wait for a processor that is awake. */
int timers_pending(void)
{
	struct timer_list *timer;

	list_for_each_entry(timer, &pending, entry) {
		if (!(timer->flags & TIMER_DEFERRABLE))
			return 1;
	}
	return 0;
}

/* Find a pending timer that lies in some memory, or whose function does. */
struct timer_list *timer_within(const void *start, size_t size)
{
	struct timer_list *timer;

	list_for_each_entry(timer, &pending, entry) {
		if ((u64)timer - (u64)start < size || (u64)timer->function - (u64)start < size)
			return timer;
	}
	return NULL;
}

void init_timers(void)
{
	open_softirq(TIMER_SOFTIRQ, run_timer_softirq);
}

struct sleep_timer {
	struct timer_list timer;
	struct task_struct *task;
};

static void process_timeout(struct timer_list *timer)
{
	wake_up_state(container_of(timer, struct sleep_timer, timer)->task, TASK_NORMAL | TASK_WAKEKILL);
}

noinline long schedule_timeout(long timeout)
{
	struct sleep_timer sleep = { .task = current };
	unsigned long expires = jiffies + timeout;

	if (timeout == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return timeout;
	}
	if (timeout < 0) {
		sched_bug(SCHED_BUG_TIMER, "schedule_timeout: wrong timeout value %lx", timeout);
		__set_current_state(TASK_RUNNING);
		return 0;
	}
	timer_setup(&sleep.timer, process_timeout, 0);
	mod_timer(&sleep.timer, expires);
	schedule();
	timer_delete(&sleep.timer);
	return time_before(jiffies, expires) ? expires - jiffies : 0;
}

static long schedule_timeout_in(int state, long timeout)
{
	__set_current_state(state);
	return schedule_timeout(timeout);
}

long schedule_timeout_interruptible(long timeout)
{
	return schedule_timeout_in(TASK_INTERRUPTIBLE, timeout);
}

long schedule_timeout_uninterruptible(long timeout)
{
	return schedule_timeout_in(TASK_UNINTERRUPTIBLE, timeout);
}

long schedule_timeout_killable(long timeout)
{
	return schedule_timeout_in(TASK_KILLABLE, timeout);
}

long schedule_timeout_idle(long timeout)
{
	return schedule_timeout_in(TASK_IDLE, timeout);
}

long io_schedule_timeout(long timeout)
{
	return schedule_timeout(timeout);
}

noinline void msleep(unsigned int ms)
{
	long left = msecs_to_jiffies(ms) + 1;

	might_sleep();
	while (left)
		left = schedule_timeout_uninterruptible(left);
}

noinline unsigned long msleep_interruptible(unsigned int ms)
{
	long left = msecs_to_jiffies(ms) + 1;

	might_sleep();
	while (left && !signal_pending(current))
		left = schedule_timeout_interruptible(left);
	return jiffies_to_msecs(left);
}

noinline void ssleep(unsigned int seconds)
{
	msleep(seconds * 1000);
}

/* To a whole second: down from its first quarter, else up; but never into the past. */
unsigned long round_jiffies(unsigned long j)
{
	unsigned long rem = j % HZ;
	unsigned long rounded = rem < HZ / 4 ? j - rem : j - rem + HZ;

	return time_after(rounded, jiffies) ? rounded : j;
}

unsigned long round_jiffies_relative(unsigned long j)
{
	return round_jiffies(j + jiffies) - jiffies;
}
