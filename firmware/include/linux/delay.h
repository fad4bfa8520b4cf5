/* SPDX-License-Identifier: GPL-2.0-only */
/* Delays on virtual time: the short ones spin, the others sleep. */
#ifndef LINUX_DELAY_H
#define LINUX_DELAY_H

void ndelay(unsigned long ns);
void udelay(unsigned long us);
void mdelay(unsigned long ms);
void msleep(unsigned int ms);
unsigned long msleep_interruptible(unsigned int ms);
void ssleep(unsigned int seconds);
void usleep_range(unsigned long min, unsigned long max);
void fsleep(unsigned long us);

#define usleep_range_state(min, max, state) usleep_range((min), (max))
#define usleep_idle_range(min, max) usleep_range((min), (max))

#endif
