/* SPDX-License-Identifier: GPL-2.0-only */
/* Time in nanoseconds: what all clocks show is virtual time since power-on. */
#ifndef LINUX_KTIME_H
#define LINUX_KTIME_H

#include <linux/jiffies.h>
#include <linux/types.h>

typedef s64 ktime_t;

#define KTIME_MAX ((s64)~(1UL << 63))

ktime_t ktime_get(void);
#define ktime_get_real() ktime_get()
#define ktime_get_boottime() ktime_get()
#define ktime_get_raw() ktime_get()
#define ktime_get_ns() ((u64)ktime_get())
#define ktime_get_real_ns() ktime_get_ns()
#define ktime_get_boottime_ns() ktime_get_ns()
#define ktime_get_seconds() (ktime_get() / NSEC_PER_SEC)
#define ktime_get_real_seconds() ktime_get_seconds()

#define ktime_set(seconds, ns) ((ktime_t)(seconds) * NSEC_PER_SEC + (ns))
#define ns_to_ktime(ns) ((ktime_t)(ns))
#define us_to_ktime(us) ((ktime_t)(us) * NSEC_PER_USEC)
#define ms_to_ktime(ms) ((ktime_t)(ms) * NSEC_PER_MSEC)
#define ktime_to_ns(time) ((s64)(time))
#define ktime_to_us(time) ((s64)(time) / NSEC_PER_USEC)
#define ktime_to_ms(time) ((s64)(time) / NSEC_PER_MSEC)
#define ktime_add(a, b) ((ktime_t)((a) + (b)))
#define ktime_sub(a, b) ((ktime_t)((a) - (b)))
#define ktime_add_ns(time, ns) ((ktime_t)((time) + (s64)(ns)))
#define ktime_add_us(time, us) ktime_add_ns((time), (s64)(us) * NSEC_PER_USEC)
#define ktime_add_ms(time, ms) ktime_add_ns((time), (s64)(ms) * NSEC_PER_MSEC)
#define ktime_sub_ns(time, ns) ((ktime_t)((time) - (s64)(ns)))
#define ktime_us_delta(later, earlier) ktime_to_us(ktime_sub((later), (earlier)))
#define ktime_ms_delta(later, earlier) ktime_to_ms(ktime_sub((later), (earlier)))
#define ktime_before(a, b) ((a) < (b))
#define ktime_after(a, b) ((a) > (b))

static inline int ktime_compare(ktime_t a, ktime_t b)
{
	return a < b ? -1 : a > b;
}

#endif
