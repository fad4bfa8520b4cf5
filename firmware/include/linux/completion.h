/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting until somebody, mostly an interrupt handler, says that something is done. */
#ifndef LINUX_COMPLETION_H
#define LINUX_COMPLETION_H

#include <linux/types.h>

struct completion {
	volatile unsigned int done;
};

static inline void init_completion(struct completion *x)
{
	x->done = 0;
}

void complete(struct completion *x);

/* Give the ticks that were left, at least 1; 0 after `timeout` ticks in vain. */
unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout);
void wait_for_completion(struct completion *x);

#endif
