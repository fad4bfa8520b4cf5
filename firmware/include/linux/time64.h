/* SPDX-License-Identifier: GPL-2.0-only */
/* Time in seconds and nanoseconds. There is no clock on the wall: all clocks count since power-on. */
#ifndef LINUX_TIME64_H
#define LINUX_TIME64_H

#include <linux/ktime.h>
#include <linux/types.h>

#define MSEC_PER_SEC 1000L
#define USEC_PER_SEC 1000000L
#define USEC_PER_MSEC 1000L
#ifndef NSEC_PER_SEC
#define NSEC_PER_SEC 1000000000L
#endif
#ifndef NSEC_PER_MSEC
#define NSEC_PER_MSEC 1000000L
#endif
#ifndef NSEC_PER_USEC
#define NSEC_PER_USEC 1000L
#endif

struct timespec64 {
	time64_t tv_sec;
	long tv_nsec;
};

struct timeval {
	long tv_sec;
	long tv_usec;
};

u64 sched_clock(void);

static inline void ktime_get_real_ts64(struct timespec64 *ts)
{
	u64 now = sched_clock();

	ts->tv_sec = now / NSEC_PER_SEC;
	ts->tv_nsec = now % NSEC_PER_SEC;
}

#define ktime_get_ts64 ktime_get_real_ts64

static inline void do_gettimeofday(struct timeval *tv)
{
	u64 now = sched_clock();

	tv->tv_sec = now / NSEC_PER_SEC;
	tv->tv_usec = now % NSEC_PER_SEC / NSEC_PER_USEC;
}

#endif
