/* SPDX-License-Identifier: GPL-2.0-only */
/* Red-black trees that run through the structures they order; who inserts walks down by himself, by his own order. */
#ifndef LINUX_RBTREE_H
#define LINUX_RBTREE_H

#include <linux/container_of.h>
#include <linux/kernel.h>
#include <linux/rbtree_types.h>
#include <linux/rcupdate.h>

#define rb_parent(node) ((struct rb_node *)((node)->__rb_parent_color & ~3UL))
#define rb_entry(pointer, type, member) container_of(pointer, type, member)
#define rb_entry_safe(pointer, type, member) ({						\
	typeof(pointer) _entry = (pointer);						\
	_entry ? rb_entry(_entry, type, member) : NULL;					\
})

#define RB_EMPTY_ROOT(root) (READ_ONCE((root)->rb_node) == NULL)
#define RB_EMPTY_NODE(node) ((node)->__rb_parent_color == (unsigned long)(node))
#define RB_CLEAR_NODE(node) ((node)->__rb_parent_color = (unsigned long)(node))

void rb_insert_color(struct rb_node *node, struct rb_root *root);
void rb_erase(struct rb_node *node, struct rb_root *root);
void rb_replace_node(struct rb_node *victim, struct rb_node *replacement, struct rb_root *root);

struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_first_postorder(const struct rb_root *root);
struct rb_node *rb_next_postorder(const struct rb_node *node);

static inline void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	node->__rb_parent_color = (unsigned long)parent;
	node->rb_left = NULL;
	node->rb_right = NULL;
	*link = node;
}

#define rb_link_node_rcu rb_link_node

/* Children before parents: the current one may be freed. */
#define rbtree_postorder_for_each_entry_safe(at, n, root, field)			\
	for (at = rb_entry_safe(rb_first_postorder(root), typeof(*at), field);		\
	     at && ({ n = rb_entry_safe(rb_next_postorder(&at->field), typeof(*at), field); 1; }); at = n)

#define rb_first_cached(root) (root)->rb_leftmost

static inline void rb_insert_color_cached(struct rb_node *node, struct rb_root_cached *root, bool leftmost)
{
	if (leftmost)
		root->rb_leftmost = node;
	rb_insert_color(node, &root->rb_root);
}

static inline struct rb_node *rb_erase_cached(struct rb_node *node, struct rb_root_cached *root)
{
	struct rb_node *leftmost = NULL;

	if (root->rb_leftmost == node)
		leftmost = root->rb_leftmost = rb_next(node);
	rb_erase(node, &root->rb_root);
	return leftmost;
}

static inline void rb_replace_node_cached(struct rb_node *victim, struct rb_node *replacement,
					  struct rb_root_cached *root)
{
	if (root->rb_leftmost == victim)
		root->rb_leftmost = replacement;
	rb_replace_node(victim, replacement, &root->rb_root);
}

/* Link `node` where `less` puts it, behind its equals; give its parent, and whether nothing stands to the left of it. */
static inline struct rb_node *__rb_link_sorted(struct rb_node *node, struct rb_root *root,
					       bool (*less)(struct rb_node *a, const struct rb_node *b), bool *leftmost)
{
	struct rb_node **link = &root->rb_node, *parent = NULL;

	*leftmost = true;
	while (*link) {
		parent = *link;
		if (less(node, parent)) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			*leftmost = false;
		}
	}
	rb_link_node(node, parent, link);
	return parent;
}

static inline struct rb_node *rb_add_cached(struct rb_node *node, struct rb_root_cached *tree,
					    bool (*less)(struct rb_node *a, const struct rb_node *b))
{
	bool leftmost;

	__rb_link_sorted(node, &tree->rb_root, less, &leftmost);
	rb_insert_color_cached(node, tree, leftmost);
	return leftmost ? node : NULL;
}

static inline void rb_add(struct rb_node *node, struct rb_root *tree,
			  bool (*less)(struct rb_node *a, const struct rb_node *b))
{
	bool leftmost;

	__rb_link_sorted(node, tree, less, &leftmost);
	rb_insert_color(node, tree);
}

static inline struct rb_node *rb_find_add(struct rb_node *node, struct rb_root *tree,
					  int (*compare)(struct rb_node *a, const struct rb_node *b))
{
	struct rb_node **link = &tree->rb_node, *parent = NULL;

	while (*link) {
		int order;

		parent = *link;
		order = compare(node, parent);
		if (!order)
			return parent;
		link = order < 0 ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(node, parent, link);
	rb_insert_color(node, tree);
	return NULL;
}

static inline struct rb_node *rb_find(const void *key, const struct rb_root *tree,
				      int (*compare)(const void *key, const struct rb_node *node))
{
	struct rb_node *node = tree->rb_node;

	while (node) {
		int order = compare(key, node);

		if (!order)
			return node;
		node = order < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

/* The leftmost of those that are equal to the key, and the next one. */
static inline struct rb_node *rb_find_first(const void *key, const struct rb_root *tree,
					    int (*compare)(const void *key, const struct rb_node *node))
{
	struct rb_node *node = tree->rb_node, *found = NULL;

	while (node) {
		int order = compare(key, node);

		if (!order)
			found = node;
		node = order <= 0 ? node->rb_left : node->rb_right;
	}
	return found;
}

static inline struct rb_node *rb_next_match(const void *key, struct rb_node *node,
					    int (*compare)(const void *key, const struct rb_node *node))
{
	node = rb_next(node);
	return node && !compare(key, node) ? node : NULL;
}

#define rb_for_each(node, key, tree, compare)						\
	for ((node) = rb_find_first((key), (tree), (compare)); (node);			\
	     (node) = rb_next_match((key), (node), (compare)))
#define rb_find_rcu rb_find
#define rb_find_add_rcu rb_find_add
#define rb_replace_node_rcu rb_replace_node

#endif
