/* SPDX-License-Identifier: GPL-2.0-only */
/* Timers in nanoseconds, called in interrupt context. */
#ifndef LINUX_HRTIMER_H
#define LINUX_HRTIMER_H

#include <linux/ktime.h>
#include <linux/list.h>

enum hrtimer_mode {
	HRTIMER_MODE_ABS = 0,
	HRTIMER_MODE_REL = 1,
	HRTIMER_MODE_PINNED = 2,
	HRTIMER_MODE_SOFT = 4,
	HRTIMER_MODE_HARD = 8,
	HRTIMER_MODE_ABS_PINNED = HRTIMER_MODE_ABS | HRTIMER_MODE_PINNED,
	HRTIMER_MODE_REL_PINNED = HRTIMER_MODE_REL | HRTIMER_MODE_PINNED,
	HRTIMER_MODE_ABS_SOFT = HRTIMER_MODE_ABS | HRTIMER_MODE_SOFT,
	HRTIMER_MODE_REL_SOFT = HRTIMER_MODE_REL | HRTIMER_MODE_SOFT,
	HRTIMER_MODE_ABS_PINNED_SOFT = HRTIMER_MODE_ABS_PINNED | HRTIMER_MODE_SOFT,
	HRTIMER_MODE_REL_PINNED_SOFT = HRTIMER_MODE_REL_PINNED | HRTIMER_MODE_SOFT,
	HRTIMER_MODE_ABS_HARD = HRTIMER_MODE_ABS | HRTIMER_MODE_HARD,
	HRTIMER_MODE_REL_HARD = HRTIMER_MODE_REL | HRTIMER_MODE_HARD,
	HRTIMER_MODE_ABS_PINNED_HARD = HRTIMER_MODE_ABS_PINNED | HRTIMER_MODE_HARD,
	HRTIMER_MODE_REL_PINNED_HARD = HRTIMER_MODE_REL_PINNED | HRTIMER_MODE_HARD,
};

enum hrtimer_restart {
	HRTIMER_NORESTART,
	HRTIMER_RESTART,
};

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_BOOTTIME 7

struct hrtimer {
	struct list_head entry;		/* entry.next is NULL while the timer is not queued */
	ktime_t expires;
	enum hrtimer_restart (*function)(struct hrtimer *timer);
};

void hrtimer_init(struct hrtimer *timer, int clock, enum hrtimer_mode mode);
void hrtimer_setup(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *), int clock,
		   enum hrtimer_mode mode);
void hrtimer_start(struct hrtimer *timer, ktime_t time, enum hrtimer_mode mode);
int hrtimer_cancel(struct hrtimer *timer);
int hrtimer_try_to_cancel(struct hrtimer *timer);
u64 hrtimer_forward(struct hrtimer *timer, ktime_t now, ktime_t interval);
u64 hrtimer_forward_now(struct hrtimer *timer, ktime_t interval);
ktime_t hrtimer_get_remaining(const struct hrtimer *timer);

#define hrtimer_init_on_stack(timer, clock, mode) hrtimer_init((timer), (clock), (mode))
#define hrtimer_setup_on_stack(timer, function, clock, mode) hrtimer_setup((timer), (function), (clock), (mode))
#define destroy_hrtimer_on_stack(timer) ((void)(timer))
#define hrtimer_update_function(timer, callback) ((void)((timer)->function = (callback)))
#define hrtimer_start_range_ns(timer, time, range, mode) hrtimer_start((timer), (time), (mode))
#define hrtimer_get_expires(timer) ((timer)->expires)
#define hrtimer_get_expires_ns(timer) ktime_to_ns((timer)->expires)
#define hrtimer_get_softexpires(timer) ((timer)->expires)
#define hrtimer_set_expires(timer, time) ((timer)->expires = (time))
#define hrtimer_set_expires_range_ns(timer, time, range) ((void)(range), hrtimer_set_expires((timer), (time)))
#define hrtimer_add_expires(timer, time) ((timer)->expires = ktime_add((timer)->expires, (time)))
#define hrtimer_add_expires_ns(timer, ns) ((timer)->expires = ktime_add_ns((timer)->expires, (ns)))
#define hrtimer_cb_get_time(timer) ktime_get()
#define hrtimer_expires_remaining(timer) hrtimer_get_remaining(timer)
#define hrtimer_start_expires(timer, mode) hrtimer_start((timer), (timer)->expires, HRTIMER_MODE_ABS)

static inline void hrtimer_restart(struct hrtimer *timer)
{
	hrtimer_start(timer, timer->expires, HRTIMER_MODE_ABS);
}

static inline bool hrtimer_is_queued(struct hrtimer *timer)
{
	return timer->entry.next != NULL;
}

#define hrtimer_active(timer) hrtimer_is_queued(timer)

struct task_struct;

struct hrtimer_sleeper {
	struct hrtimer timer;
	struct task_struct *task;	/* NULL once the time is over */
};

void __hrtimer_sleeper_start(struct hrtimer_sleeper *sleeper, ktime_t timeout, enum hrtimer_mode mode);
/* In the state that the task has set: 0 where the time is over, -EINTR where it was woken before. */
int schedule_hrtimeout(ktime_t *expires, enum hrtimer_mode mode);
#define schedule_hrtimeout_range(expires, delta, mode) ((void)(delta), schedule_hrtimeout((expires), (mode)))

#endif
