/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_SPINLOCK_TYPES_H
#define LINUX_SPINLOCK_TYPES_H

#include <linux/types.h>

#define SPINLOCK_MAGIC 0xdead4ead
#define RWLOCK_MAGIC 0xdeaf1eed

struct task_struct;

/* With one CPU nobody ever waits for a spin lock; what it keeps is what tells a wrong use from a right one. */
typedef struct spinlock {
	u32 magic;
	u16 locked;
	u16 used;			/* in which contexts: LOCK_USED_ */
	struct task_struct *owner;	/* the last one */
	unsigned long taken_at;
} spinlock_t;

typedef struct spinlock raw_spinlock_t;

typedef struct {
	u32 magic;
	u16 writers;
	u16 readers;
	struct task_struct *owner;
} rwlock_t;

#define __SPIN_LOCK_UNLOCKED(name) { .magic = SPINLOCK_MAGIC }
#define __RAW_SPIN_LOCK_UNLOCKED(name) __SPIN_LOCK_UNLOCKED(name)
#define SPIN_LOCK_UNLOCKED ((spinlock_t)__SPIN_LOCK_UNLOCKED(old_style))
#define DEFINE_SPINLOCK(name) spinlock_t name = __SPIN_LOCK_UNLOCKED(name)
#define DEFINE_RAW_SPINLOCK(name) DEFINE_SPINLOCK(name)
#define __RW_LOCK_UNLOCKED(name) { .magic = RWLOCK_MAGIC }
#define RW_LOCK_UNLOCKED ((rwlock_t)__RW_LOCK_UNLOCKED(old_style))
#define DEFINE_RWLOCK(name) rwlock_t name = __RW_LOCK_UNLOCKED(name)

#endif
