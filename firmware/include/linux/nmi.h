/* SPDX-License-Identifier: GPL-2.0-only */
/* For code that keeps the CPU long and knows it: the watchdog shall not bark. */
#ifndef LINUX_NMI_H
#define LINUX_NMI_H

#include <linux/sched.h>

static inline void touch_nmi_watchdog(void)
{
	touch_softlockup_watchdog();
}

#endif
