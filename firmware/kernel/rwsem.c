// SPDX-License-Identifier: GPL-2.0-only
/* Semaphores for many readers or one writer. lib/rwsem-spinlock.c */
#include <linux/rwsem.h>

#include "kernel.h"
#include "sched.h"
#include "sleeper.h"

/* Let in whoever is first: a writer, or all readers up to the next writer. */
static void grant_waiters(struct rw_semaphore *sem)
{
	while (!sem->writer && !list_empty(&sem->wait_list)) {
		struct sleeper *first = list_first_entry(&sem->wait_list, struct sleeper, entry);

		if (!first->is_reader && sem->readers)
			return;
		if (first->is_reader)
			sem->readers++;
		else
			sem->writer = first->task;
		grant_first(&sem->wait_list);
	}
}

static int down_read_common(struct rw_semaphore *sem, int state)
{
	struct sleeper sleeper = { .is_reader = 1 };
	unsigned long flags;
	int error = 0;

	local_irq_save(flags);
	if (!sem->writer && list_empty(&sem->wait_list))
		sem->readers++;
	else
		error = sleep_until_granted(&sem->wait_list, &sleeper, state, MAX_SCHEDULE_TIMEOUT);
	if (error)
		grant_waiters(sem);
	local_irq_restore(flags);
	return error;
}

static int down_write_common(struct rw_semaphore *sem, int state)
{
	struct sleeper sleeper = { .is_reader = 0 };
	unsigned long flags;
	int error = 0;

	local_irq_save(flags);
	if (!sem->writer && !sem->readers && list_empty(&sem->wait_list))
		sem->writer = current;
	else
		error = sleep_until_granted(&sem->wait_list, &sleeper, state, MAX_SCHEDULE_TIMEOUT);
	/* Readers may have queued behind a writer that gives up. */
	if (error)
		grant_waiters(sem);
	local_irq_restore(flags);
	return error;
}

noinline void down_read(struct rw_semaphore *sem)
{
	might_sleep();
	down_read_common(sem, TASK_UNINTERRUPTIBLE);
}

noinline int down_read_interruptible(struct rw_semaphore *sem)
{
	might_sleep();
	return down_read_common(sem, TASK_INTERRUPTIBLE);
}

noinline int down_read_killable(struct rw_semaphore *sem)
{
	might_sleep();
	return down_read_common(sem, TASK_KILLABLE);
}

noinline int down_read_trylock(struct rw_semaphore *sem)
{
	if (sem->writer || !list_empty(&sem->wait_list))
		return 0;
	sem->readers++;
	return 1;
}

noinline void up_read(struct rw_semaphore *sem)
{
	unsigned long flags;

	if (!sem->readers)
		sched_bug(SCHED_BUG_MUTEX, "BUG: up_read() of rwsem %016lx, which no reader holds", (unsigned long)sem);
	local_irq_save(flags);
	if (sem->readers)
		sem->readers--;
	grant_waiters(sem);
	local_irq_restore(flags);
}

noinline void down_write(struct rw_semaphore *sem)
{
	might_sleep();
	down_write_common(sem, TASK_UNINTERRUPTIBLE);
}

noinline int down_write_killable(struct rw_semaphore *sem)
{
	might_sleep();
	return down_write_common(sem, TASK_KILLABLE);
}

noinline int down_write_trylock(struct rw_semaphore *sem)
{
	if (rwsem_is_locked(sem) || !list_empty(&sem->wait_list))
		return 0;
	sem->writer = current;
	return 1;
}

noinline void up_write(struct rw_semaphore *sem)
{
	unsigned long flags;

	if (sem->writer != current)
		sched_bug(SCHED_BUG_MUTEX, "BUG: up_write() of rwsem %016lx by another than its writer",
			  (unsigned long)sem);
	local_irq_save(flags);
	sem->writer = NULL;
	grant_waiters(sem);
	local_irq_restore(flags);
}

noinline void downgrade_write(struct rw_semaphore *sem)
{
	unsigned long flags;

	local_irq_save(flags);
	sem->writer = NULL;
	sem->readers++;
	grant_waiters(sem);
	local_irq_restore(flags);
}
