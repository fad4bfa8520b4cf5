/* SPDX-License-Identifier: GPL-2.0-only */
/* Whoever sleeps until it is handed a lock; not for drivers. */
#ifndef KERNEL_SLEEPER_H
#define KERNEL_SLEEPER_H

#include <linux/sched.h>

struct sleeper {
	struct list_head entry;
	struct task_struct *task;
	int granted;
	int is_reader;
};

int sleep_until_granted(struct list_head *queue, struct sleeper *sleeper, int state, long timeout);
struct sleeper *grant_first(struct list_head *queue);

#endif
