/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Doubly linked lists that run through the structures they chain; and locks and wait queues as Linux lays them out in
 * structures of its own, empty where one CPU needs none. What drivers use is in linux/spinlock.h and linux/wait.h.
 */
#ifndef KERNEL_LIST_H
#define KERNEL_LIST_H

#include <kernel/config.h>
#include <kernel/types.h>

struct list_head {
	struct list_head *next, *prev;
};

/* What list_del() leaves in the links of what it took off: addresses that fault. */
enum list_poison {
	LIST_POISON1 = 0x00100100,
	LIST_POISON2 = 0x00200200,
};

#ifdef CONFIG_SMP
typedef struct {
	unsigned int slock;
} arch_spinlock_t;
#else
typedef struct {
} arch_spinlock_t;
#endif

struct __wait_queue_head {
	arch_spinlock_t lock;
	struct list_head task_list;
};

#endif
