/* SPDX-License-Identifier: GPL-2.0-only */
/* Days and hours out of seconds. There is no clock of this kind to register. */
#ifndef LINUX_RTC_H
#define LINUX_RTC_H

#include <linux/ktime.h>
#include <linux/time.h>
#include <linux/types.h>

struct rtc_time {
	int tm_sec, tm_min, tm_hour;
	int tm_mday;			/* from 1 */
	int tm_mon;			/* from 0 */
	int tm_year;			/* since 1900 */
	int tm_wday, tm_yday, tm_isdst;
};

int rtc_month_days(unsigned int month, unsigned int year);
void rtc_time64_to_tm(time64_t time, struct rtc_time *tm);
time64_t rtc_tm_to_time64(struct rtc_time *tm);
int rtc_valid_tm(struct rtc_time *tm);
#define rtc_time_to_tm(time, tm) rtc_time64_to_tm((time), (tm))
#define rtc_tm_to_time(tm, time) (*(time) = rtc_tm_to_time64(tm), 0)
#define rtc_ktime_to_tm(time) ({							\
	struct rtc_time _tm;								\
	rtc_time64_to_tm((time) / NSEC_PER_SEC, &_tm);					\
	_tm;										\
})

#endif
