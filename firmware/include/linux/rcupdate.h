/* SPDX-License-Identifier: GPL-2.0-only */
/* Read-copy update with one CPU: a reader cannot sleep, so that whoever may sleep knows that there is no reader. */
#ifndef LINUX_RCUPDATE_H
#define LINUX_RCUPDATE_H

#include <kernel/rcu_head.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/types.h>

#define callback_head rcu_head
typedef void (*rcu_callback_t)(struct callback_head *head);

#define __rcu
#define rcu_read_lock() preempt_disable()
#define rcu_read_unlock() preempt_enable()
#define rcu_read_lock_bh() preempt_disable()
#define rcu_read_unlock_bh() preempt_enable()
#define rcu_dereference(pointer) (*(volatile typeof(pointer) *)&(pointer))
#define rcu_dereference_protected(pointer, condition) rcu_dereference(pointer)
#define rcu_dereference_check(pointer, condition) rcu_dereference(pointer)
#define rcu_access_pointer(pointer) rcu_dereference(pointer)
#define rcu_assign_pointer(pointer, value) do { barrier(); (pointer) = (value); } while (0)
#define RCU_INIT_POINTER(pointer, value) ((pointer) = (value))

#define rcu_read_lock_sched() preempt_disable()
#define rcu_read_unlock_sched() preempt_enable()
#define rcu_read_lock_held() 1
#define rcu_dereference_raw(pointer) rcu_dereference(pointer)
#define rcu_dereference_bh(pointer) rcu_dereference(pointer)
#define rcu_dereference_sched(pointer) rcu_dereference(pointer)
#define rcu_pointer_handoff(pointer) (pointer)
#define RCU_INITIALIZER(value) (value)
#define rcu_replace_pointer(pointer, value, condition) ({			\
	typeof(pointer) _old = rcu_dereference(pointer);			\
	rcu_assign_pointer((pointer), (value));					\
	_old;									\
})
#define rcu_head_init(head) ((void)(head))
#define init_rcu_head(head) ((void)(head))

void synchronize_rcu(void);
void call_rcu(struct callback_head *head, rcu_callback_t func);
void rcu_barrier(void);
#define synchronize_sched() synchronize_rcu()
#define synchronize_rcu_expedited() synchronize_rcu()

#endif
