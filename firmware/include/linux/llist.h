/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists with one link that are added to, and emptied at once, without a lock. */
#ifndef LINUX_LLIST_H
#define LINUX_LLIST_H

#include <linux/atomic.h>
#include <linux/container_of.h>
#include <linux/kernel.h>

struct llist_head {
	struct llist_node *first;
};

struct llist_node {
	struct llist_node *next;
};

#define LLIST_HEAD_INIT(name) { NULL }
#define LLIST_HEAD(name) struct llist_head name = LLIST_HEAD_INIT(name)
#define init_llist_head(list) ((void)((list)->first = NULL))
#define llist_entry(pointer, type, member) container_of(pointer, type, member)
#define llist_empty(list) (READ_ONCE((list)->first) == NULL)
#define llist_next(node) ((node)->next)

#define llist_for_each(at, node) for (at = (node); at; at = at->next)
#define llist_for_each_safe(at, n, node) for (at = (node); at && ((n = at->next), true); at = n)
#define __llist_entry_safe(node, type, member) ({					\
	struct llist_node *_node = (node);						\
	_node ? llist_entry(_node, type, member) : NULL;				\
})
#define llist_for_each_entry(at, node, member)						\
	for (at = __llist_entry_safe(node, typeof(*at), member); at;			\
	     at = __llist_entry_safe(at->member.next, typeof(*at), member))
#define llist_for_each_entry_safe(at, n, node, member)					\
	for (at = __llist_entry_safe(node, typeof(*at), member);			\
	     at && ((n = __llist_entry_safe(at->member.next, typeof(*at), member)), true); at = n)

/* True where the list was empty. */
static inline bool llist_add_batch(struct llist_node *first, struct llist_node *last, struct llist_head *head)
{
	do {
		last->next = READ_ONCE(head->first);
	} while (cmpxchg(&head->first, last->next, first) != last->next);
	return !last->next;
}

static inline bool llist_add(struct llist_node *node, struct llist_head *head)
{
	return llist_add_batch(node, node, head);
}

static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	return xchg(&head->first, NULL);
}

static inline struct llist_node *llist_del_first(struct llist_head *head)
{
	struct llist_node *node;

	do {
		node = READ_ONCE(head->first);
	} while (node && cmpxchg(&head->first, node, node->next) != node);
	return node;
}

static inline struct llist_node *llist_reverse_order(struct llist_node *head)
{
	struct llist_node *reversed = NULL;

	while (head) {
		struct llist_node *next = head->next;

		head->next = reversed;
		reversed = head;
		head = next;
	}
	return reversed;
}

#define __llist_add_batch(first, last, head) llist_add_batch((first), (last), (head))
#define __llist_add(node, head) llist_add((node), (head))
#define __llist_del_all(head) llist_del_all(head)
#define member_address_is_nonnull(pointer, member) ((uintptr_t)(pointer) + offsetof(typeof(*(pointer)), member) != 0)

/* A node on no list points to itself. */
static inline void init_llist_node(struct llist_node *node)
{
	node->next = node;
}

static inline bool llist_on_list(const struct llist_node *node)
{
	return node->next != node;
}

static inline struct llist_node *llist_del_first_init(struct llist_head *head)
{
	struct llist_node *node = llist_del_first(head);

	if (node)
		init_llist_node(node);
	return node;
}

#endif
