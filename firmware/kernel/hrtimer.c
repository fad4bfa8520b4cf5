// SPDX-License-Identifier: GPL-2.0-only
/* Timers in nanoseconds. kernel/hrtimer.c */
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/irqflags.h>
#include <linux/sched.h>

#include "kernel.h"
#include "sched.h"

static LIST_HEAD(queued);

static void enqueue(struct hrtimer *timer)
{
	struct hrtimer *later;

	list_for_each_entry(later, &queued, entry) {
		if (later->expires > timer->expires)
			break;
	}
	list_add_tail(&timer->entry, &later->entry);
}

static int detach(struct hrtimer *timer)
{
	if (!hrtimer_is_queued(timer))
		return 0;
	list_del(&timer->entry);
	timer->entry.next = NULL;
	return 1;
}

static void program_next(void)
{
	if (!list_empty(&queued))
		lapic_timer_at(list_first_entry(&queued, struct hrtimer, entry)->expires);
}

void hrtimer_setup(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *), int clock,
		   enum hrtimer_mode mode)
{
	*timer = (struct hrtimer) { .function = function };
}

void hrtimer_init(struct hrtimer *timer, int clock, enum hrtimer_mode mode)
{
	hrtimer_setup(timer, NULL, clock, mode);
}

void hrtimer_start(struct hrtimer *timer, ktime_t time, enum hrtimer_mode mode)
{
	unsigned long flags;

	local_irq_save(flags);
	detach(timer);
	timer->expires = mode & HRTIMER_MODE_REL ? ktime_get() + time : time;
	enqueue(timer);
	program_next();
	local_irq_restore(flags);
}

int hrtimer_try_to_cancel(struct hrtimer *timer)
{
	unsigned long flags;
	int was_queued;

	local_irq_save(flags);
	was_queued = detach(timer);
	local_irq_restore(flags);
	return was_queued;
}

int hrtimer_cancel(struct hrtimer *timer)
{
	return hrtimer_try_to_cancel(timer);
}

/* Move the expiry on by whole intervals until it is later than `now`, and give how many. */
u64 hrtimer_forward(struct hrtimer *timer, ktime_t now, ktime_t interval)
{
	u64 overruns = 0;

	if (timer->expires <= now)
		overruns = (now - timer->expires) / interval + 1;
	timer->expires += overruns * interval;
	return overruns;
}

u64 hrtimer_forward_now(struct hrtimer *timer, ktime_t interval)
{
	return hrtimer_forward(timer, ktime_get(), interval);
}

ktime_t hrtimer_get_remaining(const struct hrtimer *timer)
{
	return timer->expires - ktime_get();
}

int hrtimers_pending(void)
{
	return !list_empty(&queued);
}

/* In the interrupt of the local APIC's timer. */
void hrtimer_interrupt(void)
{
	while (!list_empty(&queued)) {
		struct hrtimer *timer = list_first_entry(&queued, struct hrtimer, entry);

		if (timer->expires > ktime_get())
			break;
		detach(timer);
		if (timer->function(timer) == HRTIMER_RESTART && !hrtimer_is_queued(timer))
			enqueue(timer);
	}
	program_next();
}

struct sleep_hrtimer {
	struct hrtimer timer;
	struct task_struct *task;
};

static enum hrtimer_restart hrtimer_wakeup(struct hrtimer *timer)
{
	wake_up_state(container_of(timer, struct sleep_hrtimer, timer)->task, TASK_NORMAL);
	return HRTIMER_NORESTART;
}

noinline void usleep_range(unsigned long min, unsigned long max)
{
	struct sleep_hrtimer sleep = { .task = current };

	might_sleep();
	hrtimer_setup(&sleep.timer, hrtimer_wakeup, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	hrtimer_start(&sleep.timer, us_to_ktime(min), HRTIMER_MODE_REL);
	while (hrtimer_is_queued(&sleep.timer)) {
		__set_current_state(TASK_UNINTERRUPTIBLE);
		if (hrtimer_is_queued(&sleep.timer))
			schedule();
		__set_current_state(TASK_RUNNING);
	}
}

noinline void fsleep(unsigned long us)
{
	if (us <= 10)
		udelay(us);
	else if (us <= 20000)
		usleep_range(us, 2 * us);
	else
		msleep((us + 999) / 1000);
}
