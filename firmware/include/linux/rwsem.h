/* SPDX-License-Identifier: GPL-2.0-only */
/* Semaphores for many readers or one writer; whoever comes waits behind those who wait already. */
#ifndef LINUX_RWSEM_H
#define LINUX_RWSEM_H

#include <linux/list.h>
#include <linux/sched.h>

struct rw_semaphore {
	int readers;
	struct task_struct *writer;
	struct list_head wait_list;
};

#define __RWSEM_INITIALIZER(name) { 0, NULL, LIST_HEAD_INIT((name).wait_list) }
#define DECLARE_RWSEM(name) struct rw_semaphore name = __RWSEM_INITIALIZER(name)

static inline void init_rwsem(struct rw_semaphore *sem)
{
	sem->readers = 0;
	sem->writer = NULL;
	INIT_LIST_HEAD(&sem->wait_list);
}

void down_read(struct rw_semaphore *sem);
int __must_check down_read_interruptible(struct rw_semaphore *sem);
int __must_check down_read_killable(struct rw_semaphore *sem);
int down_read_trylock(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
void down_write(struct rw_semaphore *sem);
int __must_check down_write_killable(struct rw_semaphore *sem);
int down_write_trylock(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);
void downgrade_write(struct rw_semaphore *sem);

static inline int rwsem_is_locked(struct rw_semaphore *sem)
{
	return sem->readers || sem->writer;
}

#define down_read_nested(sem, subclass) down_read(sem)
#define down_write_nested(sem, subclass) down_write(sem)

#endif
