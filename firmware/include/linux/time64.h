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

struct timespec {
	long tv_sec;
	long tv_nsec;
};

struct tm {
	int tm_sec, tm_min, tm_hour, tm_mday, tm_mon;
	long tm_year;
	int tm_wday, tm_yday;
};

void time64_to_tm(time64_t time, int offset, struct tm *tm);
time64_t mktime64(const unsigned int year, const unsigned int month, const unsigned int day, const unsigned int hour,
		  const unsigned int min, const unsigned int sec);

u64 sched_clock(void);

static inline void ktime_get_real_ts64(struct timespec64 *ts)
{
	u64 now = sched_clock();

	ts->tv_sec = now / NSEC_PER_SEC;
	ts->tv_nsec = now % NSEC_PER_SEC;
}

#define ktime_get_ts64 ktime_get_real_ts64
#define ktime_get_raw_ts64 ktime_get_real_ts64
#define ktime_get_boottime_ts64 ktime_get_real_ts64
#define ktime_get_coarse_ts64 ktime_get_real_ts64
#define ktime_get_coarse_real_ts64 ktime_get_real_ts64
#define getnstimeofday64 ktime_get_real_ts64
#define get_seconds() ((unsigned long)ktime_get_real_seconds())
#define time_to_tm time64_to_tm

static inline s64 timespec64_to_ns(const struct timespec64 *ts)
{
	return ts->tv_sec * NSEC_PER_SEC + ts->tv_nsec;
}

static inline struct timespec64 ns_to_timespec64(s64 ns)
{
	return (struct timespec64) { ns / NSEC_PER_SEC, ns % NSEC_PER_SEC };
}

static inline struct timespec64 timespec64_sub(struct timespec64 a, struct timespec64 b)
{
	return ns_to_timespec64(timespec64_to_ns(&a) - timespec64_to_ns(&b));
}

static inline struct timespec64 timespec64_add(struct timespec64 a, struct timespec64 b)
{
	return ns_to_timespec64(timespec64_to_ns(&a) + timespec64_to_ns(&b));
}

static inline int timespec64_compare(const struct timespec64 *a, const struct timespec64 *b)
{
	s64 order = timespec64_to_ns(a) - timespec64_to_ns(b);

	return order < 0 ? -1 : order > 0;
}

#define ktime_to_timespec64(time) ns_to_timespec64(time)
#define timespec64_to_ktime(ts) ((ktime_t)timespec64_to_ns(&(ts)))

static inline void getnstimeofday(struct timespec *ts)
{
	u64 now = sched_clock();

	ts->tv_sec = now / NSEC_PER_SEC;
	ts->tv_nsec = now % NSEC_PER_SEC;
}

#define current_kernel_time() ({ struct timespec _now; getnstimeofday(&_now); _now; })
#define ktime_get_ts getnstimeofday
#define getrawmonotonic getnstimeofday

static inline void do_gettimeofday(struct timeval *tv)
{
	u64 now = sched_clock();

	tv->tv_sec = now / NSEC_PER_SEC;
	tv->tv_usec = now % NSEC_PER_SEC / NSEC_PER_USEC;
}

#endif
