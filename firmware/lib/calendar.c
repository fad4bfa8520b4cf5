// SPDX-License-Identifier: GPL-2.0-only
/* The Gregorian calendar. drivers/rtc/lib.c, kernel/time/timeconv.c */
#include <linux/kernel.h>
#include <linux/rtc.h>

#define DAY_SECONDS 86400
#define EPOCH_DAYS 719468	/* from 1 March of the year 0 to 1970 */
#define ERA_DAYS 146097		/* 400 years */

static bool is_leap(unsigned int year)
{
	return !(year % 4) && (year % 100 || !(year % 400));
}

int rtc_month_days(unsigned int month, unsigned int year)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month] + (is_leap(year) && month == 1);
}

static long floor_div(long n, long d)
{
	return n / d - (n % d < 0);
}

/* Years that begin in March have their leap day at the end; months are then of 153 days for each five. */
void time64_to_tm(time64_t time, int offset, struct tm *tm)
{
	long seconds = time + offset, days = floor_div(seconds, DAY_SECONDS), era, day, year, march;
	int rest = seconds - days * DAY_SECONDS;

	tm->tm_hour = rest / 3600;
	tm->tm_min = rest / 60 % 60;
	tm->tm_sec = rest % 60;
	tm->tm_wday = (days % 7 + 11) % 7;
	days += EPOCH_DAYS;
	era = floor_div(days, ERA_DAYS);
	day = days - era * ERA_DAYS;
	year = (day - day / 1460 + day / 36524 - day / (ERA_DAYS - 1)) / 365;
	day -= 365 * year + year / 4 - year / 100;
	march = (5 * day + 2) / 153;
	year += era * 400;
	tm->tm_mday = day - (153 * march + 2) / 5 + 1;
	tm->tm_mon = march < 10 ? march + 2 : march - 10;
	if (tm->tm_mon < 2)
		year++;
	tm->tm_year = year - 1900;
	tm->tm_yday = tm->tm_mday - 1;
	for (int month = 0; month < tm->tm_mon; month++)
		tm->tm_yday += rtc_month_days(month, year);
}

void rtc_time64_to_tm(time64_t time, struct rtc_time *tm)
{
	struct tm made;

	time64_to_tm(time, 0, &made);
	*tm = (struct rtc_time) {
		made.tm_sec, made.tm_min, made.tm_hour, made.tm_mday, made.tm_mon, made.tm_year, made.tm_wday, made.tm_yday, 0 };
}

time64_t mktime64(const unsigned int year0, const unsigned int month0, const unsigned int day,
		  const unsigned int hour, const unsigned int min, const unsigned int sec)
{
	long year = month0 > 2 ? year0 : year0 - 1L, march = month0 > 2 ? month0 - 3 : month0 + 9;
	long days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * march + 2) / 5 + day - 1 - EPOCH_DAYS;

	return ((days * 24 + hour) * 60 + min) * 60 + sec;
}

time64_t rtc_tm_to_time64(struct rtc_time *tm)
{
	return mktime64(tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday, tm->tm_hour, tm->tm_min, tm->tm_sec);
}

int rtc_valid_tm(struct rtc_time *tm)
{
	return tm->tm_year < 70 || (unsigned int)tm->tm_mon >= 12 || tm->tm_mday < 1 ||
		tm->tm_mday > rtc_month_days(tm->tm_mon, tm->tm_year + 1900) || (unsigned int)tm->tm_hour >= 24 ||
		(unsigned int)tm->tm_min >= 60 || (unsigned int)tm->tm_sec >= 60 ? -EINVAL : 0;
}
