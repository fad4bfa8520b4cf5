/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_SCHED_CLOCK_H
#define LINUX_SCHED_CLOCK_H

#include <linux/sched.h>

unsigned long long sched_clock(void);
#define local_clock() sched_clock()

#endif
