/* SPDX-License-Identifier: GPL-2.0-only */
/* So many times in so many ticks, and not more. */
#ifndef LINUX_RATELIMIT_H
#define LINUX_RATELIMIT_H

#include <linux/jiffies.h>
#include <linux/printk.h>
#include <linux/spinlock.h>

#define DEFAULT_RATELIMIT_INTERVAL (5 * HZ)
#define DEFAULT_RATELIMIT_BURST 10
#define RATELIMIT_MSG_ON_RELEASE BIT(0)

struct ratelimit_state {
	int interval, burst;
	int printed, missed;
	unsigned long begin, flags;
};

#define RATELIMIT_STATE_INIT(name, _interval, _burst) { .interval = (_interval), .burst = (_burst) }
#define DEFINE_RATELIMIT_STATE(name, interval, burst)					\
	struct ratelimit_state name = RATELIMIT_STATE_INIT(name, interval, burst)

static inline void ratelimit_state_init(struct ratelimit_state *state, int interval, int burst)
{
	*state = (struct ratelimit_state)RATELIMIT_STATE_INIT(*state, interval, burst);
}

#define RATELIMIT_STATE_INIT_DISABLED RATELIMIT_STATE_INIT(disabled, 0, DEFAULT_RATELIMIT_BURST)
#define ratelimit_default_init(state)							\
	ratelimit_state_init((state), DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST)
#define ratelimit_set_flags(state, value) ((void)((state)->flags = (value)))

/* 1 where it may be done; of what was not, the number is told when it may again. */
static inline int ___ratelimit(struct ratelimit_state *state, const char *function)
{
	if (!state->interval)
		return 1;
	if (!state->begin || time_after(jiffies, state->begin + state->interval)) {
		if (state->missed && !(state->flags & RATELIMIT_MSG_ON_RELEASE))
			printk(KERN_WARNING "%s: %d callbacks suppressed\n", function, state->missed);
		state->begin = jiffies;
		state->printed = 0;
		state->missed = 0;
	}
	if (state->printed < state->burst) {
		state->printed++;
		return 1;
	}
	state->missed++;
	return 0;
}

#define __ratelimit(state) ___ratelimit((state), __func__)

/* Who asks to be told at the end how much was left out, is. */
static inline void ratelimit_state_exit(struct ratelimit_state *state)
{
	if (!(state->flags & RATELIMIT_MSG_ON_RELEASE) || !state->missed)
		return;
	printk(KERN_WARNING "%d output lines suppressed due to ratelimiting\n", state->missed);
	state->missed = 0;
}

#define WARN_RATELIMIT(condition, format, ...) ({					\
	static DEFINE_RATELIMIT_STATE(_rs, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);	\
	bool _failed = !!(condition);							\
	WARN(_failed && __ratelimit(&_rs), format, ##__VA_ARGS__);			\
	_failed;									\
})

#endif
