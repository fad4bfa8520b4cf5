/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading a register again and again until it says what is waited for. */
#ifndef LINUX_IOPOLL_H
#define LINUX_IOPOLL_H

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kernel.h>

u64 sched_clock(void);

#define __read_poll_timeout(op, value, condition, pause, timeout_us, args...) ({	\
	u64 _poll_end = sched_clock() + (u64)(timeout_us) * 1000;			\
	int _poll_error = 0;								\
	for (;;) {									\
		(value) = op(args);							\
		if (condition)								\
			break;								\
		if ((timeout_us) && sched_clock() > _poll_end) {			\
			(value) = op(args);						\
			_poll_error = (condition) ? 0 : -ETIMEDOUT;			\
			break;								\
		}									\
		pause;									\
	}										\
	_poll_error;									\
})
#define read_poll_timeout(op, value, condition, sleep_us, timeout_us, sleep_first, args...) ({ \
	if ((sleep_first) && (sleep_us))						\
		usleep_range(((sleep_us) >> 2) + 1, (sleep_us));			\
	__read_poll_timeout(op, value, condition,					\
			    ({ if (sleep_us) usleep_range(((sleep_us) >> 2) + 1, (sleep_us)); }), timeout_us, args); \
})
#define read_poll_timeout_atomic(op, value, condition, delay_us, timeout_us, delay_first, args...) ({ \
	if ((delay_first) && (delay_us))						\
		udelay(delay_us);							\
	__read_poll_timeout(op, value, condition, ({ if (delay_us) udelay(delay_us); }), timeout_us, args); \
})
#define readx_poll_timeout(op, addr, value, condition, sleep_us, timeout_us)		\
	read_poll_timeout(op, value, condition, sleep_us, timeout_us, false, addr)
#define readx_poll_timeout_atomic(op, addr, value, condition, delay_us, timeout_us)	\
	read_poll_timeout_atomic(op, value, condition, delay_us, timeout_us, false, addr)
#define readb_poll_timeout(addr, value, condition, sleep_us, timeout_us)		\
	readx_poll_timeout(readb, addr, value, condition, sleep_us, timeout_us)
#define readw_poll_timeout(addr, value, condition, sleep_us, timeout_us)		\
	readx_poll_timeout(readw, addr, value, condition, sleep_us, timeout_us)
#define readl_poll_timeout(addr, value, condition, sleep_us, timeout_us)		\
	readx_poll_timeout(readl, addr, value, condition, sleep_us, timeout_us)
#define readq_poll_timeout(addr, value, condition, sleep_us, timeout_us)		\
	readx_poll_timeout(readq, addr, value, condition, sleep_us, timeout_us)
#define readl_poll_timeout_atomic(addr, value, condition, delay_us, timeout_us)	\
	readx_poll_timeout_atomic(readl, addr, value, condition, delay_us, timeout_us)
#define readl_relaxed_poll_timeout readl_poll_timeout
#define readl_relaxed_poll_timeout_atomic readl_poll_timeout_atomic

#endif
