/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists that are read while they change: with one CPU, a matter of order alone. */
#ifndef LINUX_RCULIST_H
#define LINUX_RCULIST_H

#include <linux/list.h>
#include <linux/rcupdate.h>

#define INIT_LIST_HEAD_RCU INIT_LIST_HEAD
#define list_add_rcu list_add
#define list_add_tail_rcu list_add_tail
#define list_replace_rcu list_replace
#define list_next_rcu(list) (*(struct list_head **)&(list)->next)
#define list_entry_rcu(pointer, type, member) container_of(READ_ONCE(pointer), type, member)
#define list_first_or_null_rcu(head, type, member) list_first_entry_or_null(head, type, member)
#define list_for_each_entry_rcu(at, head, member, ...) list_for_each_entry(at, head, member)
#define list_for_each_entry_continue_rcu(at, head, member) list_for_each_entry_continue(at, head, member)

/* A reader that stands on the entry must still find the way on. */
static inline void list_del_rcu(struct list_head *entry)
{
	__list_del_entry(entry);
	entry->prev = (void *)LIST_POISON2;
}

#define hlist_add_head_rcu hlist_add_head
#define hlist_add_tail_rcu hlist_add_tail
#define hlist_add_before_rcu hlist_add_before
#define hlist_add_behind_rcu hlist_add_behind
#define hlist_del_init_rcu hlist_del_init
#define hlist_first_rcu(head) (*(struct hlist_node **)&(head)->first)
#define hlist_next_rcu(node) (*(struct hlist_node **)&(node)->next)
#define hlist_for_each_entry_rcu(at, head, member, ...) hlist_for_each_entry(at, head, member)

static inline void hlist_del_rcu(struct hlist_node *node)
{
	__hlist_del(node);
	node->pprev = (void *)LIST_POISON2;
}

#endif
