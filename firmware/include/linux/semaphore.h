/* SPDX-License-Identifier: GPL-2.0-only */
/* Counting semaphores. */
#ifndef LINUX_SEMAPHORE_H
#define LINUX_SEMAPHORE_H

#include <linux/list.h>
#include <linux/sched.h>
#include <linux/version.h>

struct semaphore {
	unsigned int count;
	struct list_head wait_list;
};

#define __SEMAPHORE_INITIALIZER(name, n) { (n), LIST_HEAD_INIT((name).wait_list) }
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define DEFINE_SEMAPHORE(name, n) struct semaphore name = __SEMAPHORE_INITIALIZER(name, n)
#else
#define DEFINE_SEMAPHORE(name) struct semaphore name = __SEMAPHORE_INITIALIZER(name, 1)
#endif
/* Gone since 2.6.37. */
#define DECLARE_MUTEX(name) struct semaphore name = __SEMAPHORE_INITIALIZER(name, 1)
#define DECLARE_MUTEX_LOCKED(name) struct semaphore name = __SEMAPHORE_INITIALIZER(name, 0)
#define init_MUTEX(sem) sema_init((sem), 1)
#define init_MUTEX_LOCKED(sem) sema_init((sem), 0)

static inline void sema_init(struct semaphore *sem, int count)
{
	sem->count = count;
	INIT_LIST_HEAD(&sem->wait_list);
}

void down(struct semaphore *sem);
int __must_check down_interruptible(struct semaphore *sem);
int __must_check down_killable(struct semaphore *sem);
int __must_check down_trylock(struct semaphore *sem);	/* 0 where it was taken */
int __must_check down_timeout(struct semaphore *sem, long ticks);
void up(struct semaphore *sem);

#endif
