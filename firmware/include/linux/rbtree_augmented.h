/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Red-black trees whose nodes know something of all that is below them. Who inserts brings the way down up to date
 * first; what erasing and rotating change is told to the callbacks.
 */
#ifndef LINUX_RBTREE_AUGMENTED_H
#define LINUX_RBTREE_AUGMENTED_H

#include <linux/rbtree.h>

struct rb_augment_callbacks {
	void (*propagate)(struct rb_node *node, struct rb_node *stop);	/* compute anew, up to there */
	void (*copy)(struct rb_node *old, struct rb_node *node);	/* `node` takes the place of `old` */
	void (*rotate)(struct rb_node *old, struct rb_node *node);	/* `node` went up where `old` was */
};

void rb_insert_augmented(struct rb_node *node, struct rb_root *root, const struct rb_augment_callbacks *augment);
void rb_erase_augmented(struct rb_node *node, struct rb_root *root, const struct rb_augment_callbacks *augment);

static inline void rb_insert_augmented_cached(struct rb_node *node, struct rb_root_cached *root, bool leftmost,
					      const struct rb_augment_callbacks *augment)
{
	if (leftmost)
		root->rb_leftmost = node;
	rb_insert_augmented(node, &root->rb_root, augment);
}

static inline void rb_erase_augmented_cached(struct rb_node *node, struct rb_root_cached *root,
					     const struct rb_augment_callbacks *augment)
{
	if (root->rb_leftmost == node)
		root->rb_leftmost = rb_next(node);
	rb_erase_augmented(node, &root->rb_root, augment);
}

static inline struct rb_node *rb_add_augmented_cached(struct rb_node *node, struct rb_root_cached *tree,
						      bool (*less)(struct rb_node *a, const struct rb_node *b),
						      const struct rb_augment_callbacks *augment)
{
	bool leftmost;
	struct rb_node *parent = __rb_link_sorted(node, &tree->rb_root, less, &leftmost);

	augment->propagate(parent, NULL);
	rb_insert_augmented_cached(node, tree, leftmost, augment);
	return leftmost ? node : NULL;
}

/* `compute(node, exit)` sets the field, and says whether it was right before where `exit` is set: then none above changes. */
#define RB_DECLARE_CALLBACKS(is_static, name, type, node_field, augmented, compute)		\
static inline void name##_propagate(struct rb_node *rb, struct rb_node *stop)			\
{												\
	for (; rb != stop; rb = rb_parent(rb))							\
		if (compute(rb_entry(rb, type, node_field), true))				\
			break;									\
}												\
static inline void name##_copy(struct rb_node *rb_old, struct rb_node *rb_new)			\
{												\
	rb_entry(rb_new, type, node_field)->augmented = rb_entry(rb_old, type, node_field)->augmented;	\
}												\
static void name##_rotate(struct rb_node *rb_old, struct rb_node *rb_new)			\
{												\
	name##_copy(rb_old, rb_new);								\
	compute(rb_entry(rb_old, type, node_field), false);					\
}												\
is_static const struct rb_augment_callbacks name = { name##_propagate, name##_copy, name##_rotate };

/* The field holds the greatest of what `compute(node)` gives for all that is below. */
#define RB_DECLARE_CALLBACKS_MAX(is_static, name, type, node_field, number, augmented, compute)	\
static inline bool name##_compute_max(type *node, bool exit)					\
{												\
	number most = compute(node);								\
	type *child = rb_entry_safe(node->node_field.rb_left, type, node_field);		\
												\
	if (child && child->augmented > most)							\
		most = child->augmented;							\
	child = rb_entry_safe(node->node_field.rb_right, type, node_field);			\
	if (child && child->augmented > most)							\
		most = child->augmented;							\
	if (exit && node->augmented == most)							\
		return true;									\
	node->augmented = most;									\
	return false;										\
}												\
RB_DECLARE_CALLBACKS(is_static, name, type, node_field, augmented, name##_compute_max)

#define RB_RED 0
#define RB_BLACK 1
#define rb_color(node) ((node)->__rb_parent_color & 1)
#define rb_is_red(node) (!rb_color(node))
#define rb_is_black(node) rb_color(node)

#endif
