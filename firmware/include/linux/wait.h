/* SPDX-License-Identifier: GPL-2.0-only */
/* Wait queues of a kernel with one thread: whoever waits halts the CPU, and looks again after every interrupt. */
#ifndef LINUX_WAIT_H
#define LINUX_WAIT_H

#include <kernel/list.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>

#define init_waitqueue_head(queue)						\
	((queue)->task_list.next = (queue)->task_list.prev = &(queue)->task_list)
#define wake_up(queue) ((void)(queue))
#define wake_up_interruptible(queue) wake_up(queue)

/* Give the ticks that were left, at least 1, or 0 where the condition stayed false. */
#define wait_event_timeout(queue, condition, timeout) ({			\
	unsigned long _end = jiffies + (timeout), _left = 0;			\
	for (;;) {								\
		local_irq_disable();						\
		if (condition) {						\
			_left = time_before(jiffies, _end) ? _end - jiffies : 1; \
			break;							\
		}								\
		if (time_after_eq(jiffies, _end))				\
			break;							\
		safe_halt();							\
	}									\
	local_irq_enable();							\
	_left;									\
})

#endif
