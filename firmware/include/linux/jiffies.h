/* SPDX-License-Identifier: GPL-2.0-only */
/* Time in ticks of the PIT. */
#ifndef LINUX_JIFFIES_H
#define LINUX_JIFFIES_H

#include <linux/types.h>

#define HZ 250
#define USER_HZ 100
#define USEC_PER_MSEC 1000L
#define USEC_PER_SEC 1000000L
#define MSEC_PER_SEC 1000L
#define NSEC_PER_USEC 1000L
#define NSEC_PER_MSEC 1000000L
#define NSEC_PER_SEC 1000000000L
#define TICK_NSEC (NSEC_PER_SEC / HZ)

/* Five minutes before the 32-bit wrap, so that whoever mishandles it finds out soon. */
#define INITIAL_JIFFIES ((unsigned long)(unsigned int)(-300 * HZ))
#define MAX_JIFFY_OFFSET ((~0UL >> 1) - 1)

extern unsigned long volatile jiffies;
#define jiffies_64 jiffies
#define get_jiffies_64() ((u64)jiffies)

#define time_after(a, b) ((long)((b) - (a)) < 0)
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) ((long)((a) - (b)) >= 0)
#define time_before_eq(a, b) time_after_eq(b, a)
#define time_in_range(a, b, c) (time_after_eq(a, b) && time_before_eq(a, c))
#define time_after64(a, b) time_after((u64)(a), (u64)(b))
#define time_before64(a, b) time_before((u64)(a), (u64)(b))
#define time_in_range_open(a, b, c) (time_after_eq(a, b) && time_before(a, c))
#define time_after_eq64(a, b) time_after_eq((u64)(a), (u64)(b))
#define time_before_eq64(a, b) time_before_eq((u64)(a), (u64)(b))
#define time_in_range64(a, b, c) (time_after_eq64(a, b) && time_before_eq64(a, c))
#define time_is_before_eq_jiffies(a) time_after_eq(jiffies, a)
#define time_is_after_eq_jiffies(a) time_before_eq(jiffies, a)
#define time_is_before_jiffies64(a) time_after64(get_jiffies_64(), a)
#define time_is_after_jiffies64(a) time_before64(get_jiffies_64(), a)
#define time_is_before_jiffies(a) time_after(jiffies, a)
#define time_is_after_jiffies(a) time_before(jiffies, a)

/* A time that is negative as an int is taken for "for ever". */
static inline unsigned long msecs_to_jiffies(unsigned int ms)
{
	return (int)ms < 0 ? MAX_JIFFY_OFFSET : ((unsigned long)ms * HZ + 999) / 1000;
}

static inline unsigned long usecs_to_jiffies(unsigned int us)
{
	return ((unsigned long)us * HZ + 999999) / 1000000;
}

static inline unsigned long nsecs_to_jiffies(u64 ns)
{
	return ns / TICK_NSEC;
}

static inline unsigned int jiffies_to_msecs(unsigned long ticks)
{
	return ticks * (1000 / HZ);
}

static inline unsigned int jiffies_to_usecs(unsigned long ticks)
{
	return ticks * (1000000 / HZ);
}

static inline u64 jiffies_to_nsecs(unsigned long ticks)
{
	return ticks * TICK_NSEC;
}

static inline clock_t jiffies_to_clock_t(long ticks)
{
	return ticks * USER_HZ / HZ;
}

static inline unsigned long clock_t_to_jiffies(unsigned long clock)
{
	return clock >= ~0UL / HZ * USER_HZ ? ~0UL : clock * HZ / USER_HZ;
}

#define secs_to_jiffies(seconds) ((unsigned long)(seconds) * HZ)
#define nsecs_to_jiffies64(ns) nsecs_to_jiffies(ns)
#define jiffies64_to_nsecs(ticks) jiffies_to_nsecs(ticks)
#define jiffies64_to_msecs(ticks) ((u64)(ticks) * (1000 / HZ))
#define jiffies_64_to_clock_t(ticks) ((u64)jiffies_to_clock_t(ticks))
#define jiffies_delta_to_msecs(ticks) jiffies_to_msecs(max(0L, (long)(ticks)))
#define jiffies_delta_to_clock_t(ticks) jiffies_to_clock_t(max(0L, (long)(ticks)))

#endif
