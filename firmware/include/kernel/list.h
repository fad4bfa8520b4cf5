/* SPDX-License-Identifier: GPL-2.0-only */
/* Doubly linked lists that run through the structures they chain, and the lock type, empty where one CPU needs none. */
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
} spinlock_t;
#else
typedef struct {
} spinlock_t;
#endif

typedef struct {
	spinlock_t lock;
	struct list_head task_list;
} wait_queue_head_t;

#endif
