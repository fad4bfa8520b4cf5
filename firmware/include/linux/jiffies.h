/* SPDX-License-Identifier: GPL-2.0-only */
/* Time in ticks of the PIT. */
#ifndef LINUX_JIFFIES_H
#define LINUX_JIFFIES_H

#include <linux/types.h>

#define HZ 250

/* Five minutes before the 32-bit wrap, so that whoever mishandles it finds out soon. */
#define INITIAL_JIFFIES ((unsigned long)(unsigned int)(-300 * HZ))

extern unsigned long volatile jiffies;

#define time_after(a, b) ((long)((b) - (a)) < 0)
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) ((long)((a) - (b)) >= 0)

static inline unsigned long msecs_to_jiffies(unsigned int ms)
{
	return ((unsigned long)ms * HZ + 999) / 1000;
}

static inline unsigned int jiffies_to_msecs(unsigned long ticks)
{
	return ticks * (1000 / HZ);
}

#endif
