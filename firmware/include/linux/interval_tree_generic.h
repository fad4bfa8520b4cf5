/* SPDX-License-Identifier: GPL-2.0-only */
/* Trees of intervals, both ends included: which of them meet another one is found without looking at all. */
#ifndef LINUX_INTERVAL_TREE_GENERIC_H
#define LINUX_INTERVAL_TREE_GENERIC_H

#include <linux/rbtree_augmented.h>

/*
 * The nodes are ordered by their start; of all that is below a node, `subtree` has the greatest end. So what ends too
 * early is left out whole, and nothing to the right of what starts too late need be looked at.
 */
#define INTERVAL_TREE_DEFINE(type, rb_field, number, subtree, start_of, last_of, is_static, prefix)	\
RB_DECLARE_CALLBACKS_MAX(static, prefix##_augment, type, rb_field, number, subtree, last_of);	\
												\
is_static void prefix##_insert(type *node, struct rb_root_cached *root)			\
{												\
	struct rb_node **link = &root->rb_root.rb_node, *above = NULL;				\
	number start = start_of(node), last = last_of(node);					\
	bool leftmost = true;									\
												\
	while (*link) {										\
		type *parent = rb_entry(*link, type, rb_field);					\
												\
		above = *link;									\
		if (parent->subtree < last)							\
			parent->subtree = last;							\
		link = start < start_of(parent) ? &above->rb_left : &above->rb_right;		\
		leftmost = leftmost && link == &above->rb_left;					\
	}											\
	node->subtree = last;									\
	rb_link_node(&node->rb_field, above, link);						\
	rb_insert_augmented_cached(&node->rb_field, root, leftmost, &prefix##_augment);		\
}												\
												\
is_static void prefix##_remove(type *node, struct rb_root_cached *root)				\
{												\
	rb_erase_augmented_cached(&node->rb_field, root, &prefix##_augment);			\
}												\
												\
/* The first below `rb`, itself included, that meets the interval. */				\
static type *prefix##_first_below(struct rb_node *rb, number start, number last)		\
{												\
	while (rb) {										\
		type *node = rb_entry(rb, type, rb_field);					\
		type *left = rb_entry_safe(rb->rb_left, type, rb_field);			\
												\
		if (left && left->subtree >= start) {						\
			rb = rb->rb_left;							\
			continue;								\
		}										\
		if (start_of(node) > last)							\
			return NULL;								\
		if (last_of(node) >= start)							\
			return node;								\
		rb = rb->rb_right;								\
	}											\
	return NULL;										\
}												\
												\
is_static type *prefix##_iter_first(struct rb_root_cached *root, number start, number last)	\
{												\
	struct rb_node *top = root->rb_root.rb_node;						\
												\
	if (!top || rb_entry(top, type, rb_field)->subtree < start)				\
		return NULL;									\
	return prefix##_first_below(top, start, last);						\
}												\
												\
is_static type *prefix##_iter_next(type *node, number start, number last)			\
{												\
	struct rb_node *rb = &node->rb_field, *below;						\
												\
	for (;;) {										\
		type *right = rb_entry_safe(rb->rb_right, type, rb_field);			\
												\
		if (right && right->subtree >= start)						\
			return prefix##_first_below(rb->rb_right, start, last);			\
		do {										\
			below = rb;								\
			rb = rb_parent(rb);							\
			if (!rb)								\
				return NULL;							\
		} while (below == rb->rb_right);						\
		node = rb_entry(rb, type, rb_field);						\
		if (start_of(node) > last)							\
			return NULL;								\
		if (last_of(node) >= start)							\
			return node;								\
	}											\
}

#endif
