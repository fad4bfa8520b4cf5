/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting until somebody, mostly an interrupt handler, says that something is done. */
#ifndef LINUX_COMPLETION_H
#define LINUX_COMPLETION_H

#include <linux/wait.h>

struct completion {
	unsigned int done;
	wait_queue_head_t wait;
};

#define COMPLETION_INITIALIZER(name) { 0, __WAIT_QUEUE_HEAD_INITIALIZER((name).wait) }
#define COMPLETION_INITIALIZER_ONSTACK(name) (*({ init_completion(&(name)); &(name); }))
#define DECLARE_COMPLETION(name) struct completion name = COMPLETION_INITIALIZER(name)
#define DECLARE_COMPLETION_ONSTACK(name) DECLARE_COMPLETION(name)

static inline void init_completion(struct completion *x)
{
	x->done = 0;
	init_waitqueue_head(&x->wait);
}

static inline void reinit_completion(struct completion *x)
{
	x->done = 0;
}

#define INIT_COMPLETION(x) reinit_completion(&(x))

void complete(struct completion *x);
void complete_all(struct completion *x);
bool completion_done(struct completion *x);
bool try_wait_for_completion(struct completion *x);

/* Those with a timeout give the ticks that were left, at least 1; 0 where they ran out. */
void wait_for_completion(struct completion *x);
void wait_for_completion_io(struct completion *x);
unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout);
unsigned long wait_for_completion_io_timeout(struct completion *x, unsigned long timeout);
int wait_for_completion_interruptible(struct completion *x);
long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout);
int wait_for_completion_killable(struct completion *x);
long wait_for_completion_killable_timeout(struct completion *x, unsigned long timeout);

#endif
