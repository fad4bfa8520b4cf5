/* SPDX-License-Identifier: GPL-2.0-only */
/* Delays on virtual time: the short ones spin, msleep() halts the CPU between interrupts. */
#ifndef LINUX_DELAY_H
#define LINUX_DELAY_H

void ndelay(unsigned long ns);
void udelay(unsigned long us);
void mdelay(unsigned long ms);
void msleep(unsigned int ms);

#endif
