/* SPDX-License-Identifier: GPL-2.0-only */
/* Mutexes, with the checks of CONFIG_DEBUG_MUTEXES. An unlock hands the mutex to whoever has waited longest. */
#ifndef LINUX_MUTEX_H
#define LINUX_MUTEX_H

#include <linux/list.h>
#include <linux/sched.h>

struct mutex {
	struct task_struct *owner;
	struct list_head wait_list;
	struct mutex *magic;		/* itself, once it is initialized */
};

#define __MUTEX_INITIALIZER(name) { NULL, LIST_HEAD_INIT((name).wait_list), &(name) }
#define DEFINE_MUTEX(name) struct mutex name = __MUTEX_INITIALIZER(name)

void mutex_init(struct mutex *lock);
void mutex_lock(struct mutex *lock);
int __must_check mutex_lock_interruptible(struct mutex *lock);
int __must_check mutex_lock_killable(struct mutex *lock);
int mutex_trylock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);
void mutex_destroy(struct mutex *lock);

#define mutex_lock_io(lock) mutex_lock(lock)
#define mutex_lock_nested(lock, subclass) mutex_lock(lock)
#define mutex_lock_interruptible_nested(lock, subclass) mutex_lock_interruptible(lock)

static inline bool mutex_is_locked(struct mutex *lock)
{
	return *(struct task_struct *volatile *)&lock->owner != NULL;
}

#endif
