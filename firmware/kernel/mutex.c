// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mutexes and semaphores. All wait in the order in which they came, and are handed what they wait for, so that nobody who
 * comes later gets ahead of them. kernel/mutex.c, kernel/mutex-debug.c, kernel/semaphore.c
 */
#include <linux/mutex.h>
#include <linux/semaphore.h>

#include "kernel.h"
#include "sched.h"
#include "sleeper.h"

/* Queue the caller, which has interrupts off, and sleep: 0 once granted, else why not. */
int sleep_until_granted(struct list_head *queue, struct sleeper *sleeper, int state, long timeout)
{
	int error = 0;

	sleeper->task = current;
	sleeper->granted = 0;
	list_add_tail(&sleeper->entry, queue);
	for (;;) {
		__set_current_state(state);
		if (*(volatile int *)&sleeper->granted)
			break;
		if (!timeout)
			error = -ETIME;
		else if (signal_pending_state(state, current))
			error = -EINTR;
		if (error)
			break;
		timeout = schedule_timeout(timeout);
	}
	__set_current_state(TASK_RUNNING);
	if (error)
		list_del(&sleeper->entry);
	return error;
}

/* Take whoever has waited longest off the queue, and wake it. */
struct sleeper *grant_first(struct list_head *queue)
{
	struct sleeper *first;

	if (list_empty(queue))
		return NULL;
	first = list_first_entry(queue, struct sleeper, entry);
	list_del(&first->entry);
	first->granted = 1;
	try_to_wake_up(first->task, TASK_NORMAL | TASK_WAKEKILL);
	return first;
}

static noinline void mutex_bug(struct mutex *lock, const char *what)
{
	struct task_struct *owner = lock->owner;

	sched_bug(SCHED_BUG_MUTEX, "BUG: mutex %016lx %s, %s/%d; .owner: %s/%d", (unsigned long)lock, what, current->comm,
		  current->pid, owner ? owner->comm : "<none>", owner ? owner->pid : -1);
}

void mutex_init(struct mutex *lock)
{
	*lock = (struct mutex)__MUTEX_INITIALIZER(*lock);
}

static void check_mutex(struct mutex *lock)
{
	if (likely(lock->magic == lock))
		return;
	mutex_bug(lock, "is used, but was never initialized");
	mutex_init(lock);
}

static void take(struct mutex *lock)
{
	lock->owner = current;
	current->locks_held++;
}

static int lock_common(struct mutex *lock, int state)
{
	struct sleeper sleeper;
	unsigned long flags;
	int error = 0;

	check_mutex(lock);
	if (unlikely(lock->owner == current))
		mutex_bug(lock, "is locked again by its owner: possible recursive locking");
	local_irq_save(flags);
	if (!lock->owner)
		take(lock);
	else
		error = sleep_until_granted(&lock->wait_list, &sleeper, state, MAX_SCHEDULE_TIMEOUT);
	local_irq_restore(flags);
	return error;
}

noinline void mutex_lock(struct mutex *lock)
{
	might_sleep();
	lock_common(lock, TASK_UNINTERRUPTIBLE);
}

noinline int mutex_lock_interruptible(struct mutex *lock)
{
	might_sleep();
	return lock_common(lock, TASK_INTERRUPTIBLE);
}

noinline int mutex_lock_killable(struct mutex *lock)
{
	might_sleep();
	return lock_common(lock, TASK_KILLABLE);
}

noinline int mutex_trylock(struct mutex *lock)
{
	check_mutex(lock);
	if (in_interrupt())
		mutex_bug(lock, "is used in interrupt context");
	if (lock->owner)
		return 0;
	take(lock);
	return 1;
}

noinline void mutex_unlock(struct mutex *lock)
{
	struct sleeper *next;
	unsigned long flags;

	check_mutex(lock);
	if (in_interrupt())
		mutex_bug(lock, "is unlocked in interrupt context");
	if (unlikely(lock->owner != current))
		mutex_bug(lock, lock->owner ? "is unlocked by another than its owner" : "is unlocked, but not locked");
	local_irq_save(flags);
	if (lock->owner)
		lock->owner->locks_held--;
	next = grant_first(&lock->wait_list);
	lock->owner = next ? next->task : NULL;
	if (next)
		next->task->locks_held++;
	local_irq_restore(flags);
}

noinline void mutex_destroy(struct mutex *lock)
{
	if (lock->owner)
		mutex_bug(lock, "is destroyed while it is locked");
	lock->magic = NULL;
}

static int down_common(struct semaphore *sem, int state, long timeout)
{
	struct sleeper sleeper;
	unsigned long flags;
	int error = 0;

	local_irq_save(flags);
	if (sem->count)
		sem->count--;
	else
		error = sleep_until_granted(&sem->wait_list, &sleeper, state, timeout);
	local_irq_restore(flags);
	return error;
}

noinline void down(struct semaphore *sem)
{
	might_sleep();
	down_common(sem, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
}

noinline int down_interruptible(struct semaphore *sem)
{
	might_sleep();
	return down_common(sem, TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
}

noinline int down_killable(struct semaphore *sem)
{
	might_sleep();
	return down_common(sem, TASK_KILLABLE, MAX_SCHEDULE_TIMEOUT);
}

noinline int down_timeout(struct semaphore *sem, long ticks)
{
	might_sleep();
	return down_common(sem, TASK_UNINTERRUPTIBLE, ticks);
}

noinline int down_trylock(struct semaphore *sem)
{
	unsigned long flags;
	int failed;

	local_irq_save(flags);
	failed = !sem->count;
	if (!failed)
		sem->count--;
	local_irq_restore(flags);
	return failed;
}

noinline void up(struct semaphore *sem)
{
	unsigned long flags;

	local_irq_save(flags);
	if (!grant_first(&sem->wait_list))
		sem->count++;
	local_irq_restore(flags);
}
