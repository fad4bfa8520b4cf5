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

#define list_tail_rcu(head) (*(struct list_head **)&(head)->prev)
#define list_bidir_del_rcu(entry) __list_del_entry(entry)
#define list_splice_init_rcu(list, head, sync) do { list_splice_init((list), (head)); (void)(sync); } while (0)
#define list_splice_tail_init_rcu(list, head, sync) do { list_splice_tail_init((list), (head)); (void)(sync); } while (0)
#define list_next_or_null_rcu(head, at, type, member)					\
	((at)->next == (head) ? NULL : list_entry((at)->next, type, member))
#define list_for_each_rcu(at, head) list_for_each(at, head)
#define list_for_each_entry_lockless(at, head, member) list_for_each_entry(at, head, member)
#define list_for_each_entry_srcu(at, head, member, condition) list_for_each_entry(at, head, member)
#define list_for_each_entry_from_rcu(at, head, member) list_for_each_entry_from(at, head, member)
#define hlist_pprev_rcu(node) (*(struct hlist_node **)(node)->pprev)
#define __hlist_for_each_rcu(at, head) hlist_for_each(at, head)
#define hlist_for_each_entry_rcu_bh(at, head, member) hlist_for_each_entry(at, head, member)
#define hlist_for_each_entry_rcu_notrace(at, head, member) hlist_for_each_entry(at, head, member)
#define hlist_for_each_entry_srcu(at, head, member, condition) hlist_for_each_entry(at, head, member)
#define hlist_for_each_entry_continue_rcu(at, member) hlist_for_each_entry_continue(at, member)
#define hlist_for_each_entry_from_rcu(at, member) hlist_for_each_entry_from(at, member)

static inline void hlist_replace_rcu(struct hlist_node *old, struct hlist_node *node)
{
	node->next = old->next;
	node->pprev = old->pprev;
	*node->pprev = node;
	if (node->next)
		node->next->pprev = &node->next;
	old->pprev = (void *)LIST_POISON2;
}

#endif
