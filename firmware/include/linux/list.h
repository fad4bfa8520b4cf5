/* SPDX-License-Identifier: GPL-2.0-only */
/* Doubly linked lists that run through the structures they chain, and hash lists with a head of one word. */
#ifndef LINUX_LIST_H
#define LINUX_LIST_H

#include <kernel/list.h>
#include <linux/kernel.h>

#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

static inline void __list_add(struct list_head *entry, struct list_head *prev, struct list_head *next)
{
	next->prev = entry;
	entry->next = next;
	entry->prev = prev;
	prev->next = entry;
}

static inline void list_add(struct list_head *entry, struct list_head *head)
{
	__list_add(entry, head, head->next);
}

static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	__list_add(entry, head->prev, head);
}

static inline void __list_del_entry(struct list_head *entry)
{
	entry->next->prev = entry->prev;
	entry->prev->next = entry->next;
}

static inline void list_del(struct list_head *entry)
{
	__list_del_entry(entry);
	entry->next = (void *)LIST_POISON1;
	entry->prev = (void *)LIST_POISON2;
}

static inline void list_del_init(struct list_head *entry)
{
	__list_del_entry(entry);
	INIT_LIST_HEAD(entry);
}

static inline void list_replace(struct list_head *old, struct list_head *entry)
{
	__list_add(entry, old->prev, old->next);
}

static inline void list_replace_init(struct list_head *old, struct list_head *entry)
{
	list_replace(old, entry);
	INIT_LIST_HEAD(old);
}

static inline void list_move(struct list_head *entry, struct list_head *head)
{
	__list_del_entry(entry);
	list_add(entry, head);
}

static inline void list_move_tail(struct list_head *entry, struct list_head *head)
{
	__list_del_entry(entry);
	list_add_tail(entry, head);
}

static inline int list_empty(const struct list_head *head)
{
	return *(struct list_head *const volatile *)&head->next == head;
}

#define list_empty_careful(head) list_empty(head)

static inline void list_swap(struct list_head *a, struct list_head *b)
{
	struct list_head *before = b->prev;

	__list_del_entry(b);
	list_replace(a, b);
	if (before == a)
		before = b;
	list_add(a, before);
}

static inline void list_rotate_left(struct list_head *head)
{
	if (!list_empty(head))
		list_move_tail(head->next, head);
}

static inline int list_is_head(const struct list_head *entry, const struct list_head *head)
{
	return entry == head;
}

/* Move what stands before and at `entry` to a list of its own. */
static inline void list_cut_position(struct list_head *list, struct list_head *head, struct list_head *entry)
{
	if (list_empty(head) || entry == head) {
		INIT_LIST_HEAD(list);
		return;
	}
	list->next = head->next;
	list->next->prev = list;
	list->prev = entry;
	head->next = entry->next;
	head->next->prev = head;
	entry->next = list;
}

static inline void list_bulk_move_tail(struct list_head *head, struct list_head *first, struct list_head *last)
{
	first->prev->next = last->next;
	last->next->prev = first->prev;
	head->prev->next = first;
	first->prev = head->prev;
	last->next = head;
	head->prev = last;
}

static inline int list_is_last(const struct list_head *entry, const struct list_head *head)
{
	return entry->next == head;
}

static inline int list_is_first(const struct list_head *entry, const struct list_head *head)
{
	return entry->prev == head;
}

static inline int list_is_singular(const struct list_head *head)
{
	return !list_empty(head) && head->next == head->prev;
}

/* Put all of `list`, which stays as it was, behind `prev`. */
static inline void __list_splice(const struct list_head *list, struct list_head *prev, struct list_head *next)
{
	list->next->prev = prev;
	prev->next = list->next;
	list->prev->next = next;
	next->prev = list->prev;
}

static inline void list_splice(const struct list_head *list, struct list_head *head)
{
	if (!list_empty(list))
		__list_splice(list, head, head->next);
}

static inline void list_splice_tail(const struct list_head *list, struct list_head *head)
{
	if (!list_empty(list))
		__list_splice(list, head->prev, head);
}

static inline void list_splice_init(struct list_head *list, struct list_head *head)
{
	list_splice(list, head);
	INIT_LIST_HEAD(list);
}

static inline void list_splice_tail_init(struct list_head *list, struct list_head *head)
{
	list_splice_tail(list, head);
	INIT_LIST_HEAD(list);
}

#define list_entry(pointer, type, member) container_of(pointer, type, member)
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) list_entry((head)->prev, type, member)
#define list_first_entry_or_null(head, type, member)					\
	(list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_next_entry(at, member) list_entry((at)->member.next, typeof(*(at)), member)
#define list_prev_entry(at, member) list_entry((at)->member.prev, typeof(*(at)), member)
#define list_entry_is_head(at, head, member) (&(at)->member == (head))

#define list_for_each(at, head) for (at = (head)->next; at != (head); at = at->next)
#define list_for_each_prev(at, head) for (at = (head)->prev; at != (head); at = at->prev)
#define list_for_each_safe(at, n, head) for (at = (head)->next, n = at->next; at != (head); at = n, n = at->next)

#define list_for_each_entry(at, head, member)						\
	for (at = list_first_entry(head, typeof(*at), member);				\
	     !list_entry_is_head(at, head, member); at = list_next_entry(at, member))
#define list_for_each_entry_reverse(at, head, member)					\
	for (at = list_last_entry(head, typeof(*at), member);				\
	     !list_entry_is_head(at, head, member); at = list_prev_entry(at, member))
#define list_for_each_entry_continue(at, head, member)					\
	for (at = list_next_entry(at, member);						\
	     !list_entry_is_head(at, head, member); at = list_next_entry(at, member))
#define list_for_each_prev_safe(at, n, head)						\
	for (at = (head)->prev, n = at->prev; at != (head); at = n, n = at->prev)
#define list_for_each_continue(at, head) for (at = at->next; at != (head); at = at->next)
#define list_prepare_entry(at, head, member) ((at) ? : list_entry(head, typeof(*at), member))
#define list_for_each_entry_from(at, head, member)					\
	for (; !list_entry_is_head(at, head, member); at = list_next_entry(at, member))
#define list_for_each_entry_from_reverse(at, head, member)				\
	for (; !list_entry_is_head(at, head, member); at = list_prev_entry(at, member))
#define list_for_each_entry_continue_reverse(at, head, member)				\
	for (at = list_prev_entry(at, member);						\
	     !list_entry_is_head(at, head, member); at = list_prev_entry(at, member))
#define list_for_each_entry_safe_continue(at, n, head, member)				\
	for (at = list_next_entry(at, member), n = list_next_entry(at, member);		\
	     !list_entry_is_head(at, head, member); at = n, n = list_next_entry(n, member))
#define list_for_each_entry_safe_from(at, n, head, member)				\
	for (n = list_next_entry(at, member);						\
	     !list_entry_is_head(at, head, member); at = n, n = list_next_entry(n, member))
#define list_safe_reset_next(at, n, member) n = list_next_entry(at, member)
#define list_next_entry_circular(at, head, member)					\
	(list_is_last(&(at)->member, head) ? list_first_entry(head, typeof(*(at)), member) : list_next_entry(at, member))
#define list_prev_entry_circular(at, head, member)					\
	(list_is_first(&(at)->member, head) ? list_last_entry(head, typeof(*(at)), member) : list_prev_entry(at, member))
#define list_for_each_entry_safe(at, n, head, member)					\
	for (at = list_first_entry(head, typeof(*at), member), n = list_next_entry(at, member);	\
	     !list_entry_is_head(at, head, member); at = n, n = list_next_entry(n, member))
#define list_for_each_entry_safe_reverse(at, n, head, member)				\
	for (at = list_last_entry(head, typeof(*at), member), n = list_prev_entry(at, member);	\
	     !list_entry_is_head(at, head, member); at = n, n = list_prev_entry(n, member))

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

#define HLIST_HEAD_INIT { .first = NULL }
#define HLIST_HEAD(name) struct hlist_head name = HLIST_HEAD_INIT
#define INIT_HLIST_HEAD(head) ((head)->first = NULL)

static inline void INIT_HLIST_NODE(struct hlist_node *node)
{
	node->next = NULL;
	node->pprev = NULL;
}

static inline int hlist_unhashed(const struct hlist_node *node)
{
	return !node->pprev;
}

static inline int hlist_empty(const struct hlist_head *head)
{
	return !head->first;
}

static inline void hlist_add_head(struct hlist_node *node, struct hlist_head *head)
{
	node->next = head->first;
	if (node->next)
		node->next->pprev = &node->next;
	head->first = node;
	node->pprev = &head->first;
}

static inline void __hlist_del(struct hlist_node *node)
{
	*node->pprev = node->next;
	if (node->next)
		node->next->pprev = node->pprev;
}

static inline void hlist_del(struct hlist_node *node)
{
	__hlist_del(node);
	node->next = (void *)LIST_POISON1;
	node->pprev = (void *)LIST_POISON2;
}

static inline void hlist_del_init(struct hlist_node *node)
{
	if (hlist_unhashed(node))
		return;
	__hlist_del(node);
	INIT_HLIST_NODE(node);
}

static inline void hlist_add_before(struct hlist_node *node, struct hlist_node *next)
{
	node->pprev = next->pprev;
	node->next = next;
	next->pprev = &node->next;
	*node->pprev = node;
}

static inline void hlist_add_behind(struct hlist_node *node, struct hlist_node *before)
{
	node->next = before->next;
	before->next = node;
	node->pprev = &before->next;
	if (node->next)
		node->next->pprev = &node->next;
}

static inline void hlist_move_list(struct hlist_head *from, struct hlist_head *to)
{
	to->first = from->first;
	if (to->first)
		to->first->pprev = &to->first;
	from->first = NULL;
}

static inline bool hlist_is_singular_node(struct hlist_node *node, struct hlist_head *head)
{
	return !node->next && node->pprev == &head->first;
}

#define hlist_entry(pointer, type, member) container_of(pointer, type, member)
#define hlist_entry_safe(pointer, type, member) ({					\
	typeof(pointer) _node = (pointer);						\
	_node ? hlist_entry(_node, type, member) : NULL;				\
})
#define hlist_for_each(at, head) for (at = (head)->first; at; at = at->next)
#define hlist_for_each_safe(at, n, head) for (at = (head)->first; at && ((n = at->next), 1); at = n)
#define hlist_for_each_entry(at, head, member)						\
	for (at = hlist_entry_safe((head)->first, typeof(*(at)), member); at;		\
	     at = hlist_entry_safe((at)->member.next, typeof(*(at)), member))
#define hlist_for_each_entry_continue(at, member)					\
	for (at = hlist_entry_safe((at)->member.next, typeof(*(at)), member); at;	\
	     at = hlist_entry_safe((at)->member.next, typeof(*(at)), member))
#define hlist_for_each_entry_from(at, member)						\
	for (; at; at = hlist_entry_safe((at)->member.next, typeof(*(at)), member))
#define hlist_for_each_entry_safe(at, n, head, member)					\
	for (at = hlist_entry_safe((head)->first, typeof(*(at)), member);		\
	     at && ((n = (at)->member.next), 1);					\
	     at = hlist_entry_safe(n, typeof(*(at)), member))

static inline void list_del_init_careful(struct list_head *entry)
{
	list_del_init(entry);
}

static inline size_t list_count_nodes(struct list_head *head)
{
	struct list_head *at;
	size_t count = 0;

	list_for_each(at, head)
		count++;
	return count;
}

/* Move what stands before `entry` to a list of its own. */
static inline void list_cut_before(struct list_head *list, struct list_head *head, struct list_head *entry)
{
	if (head->next == entry)
		INIT_LIST_HEAD(list);
	else
		list_cut_position(list, head, entry->prev);
}

static inline void list_rotate_to_front(struct list_head *list, struct list_head *head)
{
	list_move_tail(head, list);
}

#define list_last_entry_or_null(head, type, member)					\
	(list_empty(head) ? NULL : list_last_entry(head, type, member))
#define list_for_each_reverse(at, head) list_for_each_prev(at, head)

static inline int hlist_unhashed_lockless(const struct hlist_node *node)
{
	return !READ_ONCE(node->pprev);
}

/* A node that looks as if it were on a list. */
static inline void hlist_add_fake(struct hlist_node *node)
{
	node->pprev = &node->next;
}

static inline bool hlist_fake(struct hlist_node *node)
{
	return node->pprev == &node->next;
}

static inline size_t hlist_count_nodes(struct hlist_head *head)
{
	struct hlist_node *at;
	size_t count = 0;

	hlist_for_each(at, head)
		count++;
	return count;
}

static inline void hlist_splice_init(struct hlist_head *from, struct hlist_node *last, struct hlist_head *to)
{
	if (to->first)
		to->first->pprev = &last->next;
	last->next = to->first;
	to->first = from->first;
	from->first->pprev = &to->first;
	from->first = NULL;
}

#endif
