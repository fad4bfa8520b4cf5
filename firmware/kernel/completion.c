// SPDX-License-Identifier: GPL-2.0-only
/* Completions: a counter, and those who wait for it to be positive, in the order in which they came. kernel/sched.c */
#include <linux/completion.h>

#include "kernel.h"
#include "sched.h"

#define DONE_FOR_ALL (~0U / 2)		/* so high that no number of waiters counts it down */

noinline void complete(struct completion *x)
{
	unsigned long flags;

	spin_lock_irqsave(&x->wait.lock, flags);
	if (x->done < DONE_FOR_ALL)
		x->done++;
	__wake_up_locked(&x->wait, TASK_NORMAL, 1, NULL);
	spin_unlock_irqrestore(&x->wait.lock, flags);
}

noinline void complete_all(struct completion *x)
{
	unsigned long flags;

	spin_lock_irqsave(&x->wait.lock, flags);
	x->done = DONE_FOR_ALL;
	__wake_up_locked(&x->wait, TASK_NORMAL, 0, NULL);
	spin_unlock_irqrestore(&x->wait.lock, flags);
}

bool completion_done(struct completion *x)
{
	return *(volatile unsigned int *)&x->done != 0;
}

bool try_wait_for_completion(struct completion *x)
{
	unsigned long flags;
	bool done;

	spin_lock_irqsave(&x->wait.lock, flags);
	done = x->done != 0;
	if (done && x->done != DONE_FOR_ALL)
		x->done--;
	spin_unlock_irqrestore(&x->wait.lock, flags);
	return done;
}

static noinline long wait_common(struct completion *x, long timeout, int state)
{
	/* Interrupts stay off between the look at the counter and taking from it. */
	bool taken = try_wait_for_completion(x);

	if (taken)
		return timeout ? timeout : 1;
	return ___wait_event(x->wait, (taken = try_wait_for_completion(x)), state, WQ_FLAG_EXCLUSIVE, timeout, , );
}

noinline void wait_for_completion(struct completion *x)
{
	might_sleep();
	wait_common(x, MAX_SCHEDULE_TIMEOUT, TASK_UNINTERRUPTIBLE);
}

noinline void wait_for_completion_io(struct completion *x)
{
	wait_for_completion(x);
}

noinline unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout)
{
	might_sleep();
	return wait_common(x, timeout, TASK_UNINTERRUPTIBLE);
}

noinline unsigned long wait_for_completion_io_timeout(struct completion *x, unsigned long timeout)
{
	return wait_for_completion_timeout(x, timeout);
}

static long zero_if_positive(long result)
{
	return result < 0 ? result : 0;
}

noinline int wait_for_completion_interruptible(struct completion *x)
{
	might_sleep();
	return zero_if_positive(wait_common(x, MAX_SCHEDULE_TIMEOUT, TASK_INTERRUPTIBLE));
}

noinline long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout)
{
	might_sleep();
	return wait_common(x, timeout, TASK_INTERRUPTIBLE);
}

noinline int wait_for_completion_killable(struct completion *x)
{
	might_sleep();
	return zero_if_positive(wait_common(x, MAX_SCHEDULE_TIMEOUT, TASK_KILLABLE));
}

noinline long wait_for_completion_killable_timeout(struct completion *x, unsigned long timeout)
{
	might_sleep();
	return wait_common(x, timeout, TASK_KILLABLE);
}
