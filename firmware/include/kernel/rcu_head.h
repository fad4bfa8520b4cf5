/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KERNEL_RCU_HEAD_H
#define KERNEL_RCU_HEAD_H

struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
};

#endif
