// SPDX-License-Identifier: GPL-2.0-only
/* Red-black trees: a red node's children are black, and every way down meets as many black nodes. lib/rbtree.c */
#include <linux/rbtree_augmented.h>

#define RED ((unsigned long)RB_RED)
#define BLACK ((unsigned long)RB_BLACK)

static struct rb_node *parent_of(const struct rb_node *node)
{
	return rb_parent(node);
}

static bool is_red(const struct rb_node *node)
{
	return node && !(node->__rb_parent_color & BLACK);
}

static void paint(struct rb_node *node, unsigned long color)
{
	node->__rb_parent_color = (node->__rb_parent_color & ~BLACK) | color;
}

static void set_parent(struct rb_node *node, struct rb_node *parent)
{
	node->__rb_parent_color = (unsigned long)parent | (node->__rb_parent_color & BLACK);
}

/* Let whatever points to `old` from above point to `node`. */
static void relink(struct rb_node *old, struct rb_node *node, struct rb_node *parent, struct rb_root *root)
{
	if (!parent)
		root->rb_node = node;
	else if (parent->rb_left == old)
		parent->rb_left = node;
	else
		parent->rb_right = node;
}

static struct rb_node **child(struct rb_node *node, bool right)
{
	return right ? &node->rb_right : &node->rb_left;
}

/* Turn the link between a node and the child on the other side, so that the node goes down to `right` or left. */
static void rotate(struct rb_node *node, bool right, struct rb_root *root, const struct rb_augment_callbacks *augment)
{
	struct rb_node *up = *child(node, !right);
	struct rb_node *inner = *child(up, right);
	struct rb_node *parent = parent_of(node);

	*child(node, !right) = inner;
	if (inner)
		set_parent(inner, node);
	relink(node, up, parent, root);
	set_parent(up, parent);
	*child(up, right) = node;
	set_parent(node, up);
	if (augment)
		augment->rotate(node, up);
}

void rb_insert_augmented(struct rb_node *node, struct rb_root *root, const struct rb_augment_callbacks *augment)
{
	struct rb_node *parent;

	paint(node, RED);
	while (is_red(parent = parent_of(node))) {
		struct rb_node *above = parent_of(parent);
		bool right = parent == above->rb_right;
		struct rb_node *uncle = *child(above, !right);

		if (is_red(uncle)) {
			paint(uncle, BLACK);
			paint(parent, BLACK);
			paint(above, RED);
			node = above;
			continue;
		}
		if (node == *child(parent, !right)) {
			rotate(parent, right, root, augment);
			node = parent;
			parent = parent_of(node);
		}
		paint(parent, BLACK);
		paint(above, RED);
		rotate(above, !right, root, augment);
	}
	paint(root->rb_node, BLACK);
}

void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	rb_insert_augmented(node, root, NULL);
}

/* The ways through `node`, which may be no node, lack a black one: its sibling, which is one therefore, helps out. */
static void restore(struct rb_node *node, struct rb_node *parent, struct rb_root *root,
		    const struct rb_augment_callbacks *augment)
{
	while (node != root->rb_node && !is_red(node)) {
		bool right = node == parent->rb_right && node != parent->rb_left;
		struct rb_node *sibling = *child(parent, !right);

		if (is_red(sibling)) {
			paint(sibling, BLACK);
			paint(parent, RED);
			rotate(parent, right, root, augment);
			sibling = *child(parent, !right);
		}
		if (!is_red(sibling->rb_left) && !is_red(sibling->rb_right)) {
			paint(sibling, RED);
			node = parent;
			parent = parent_of(node);
			continue;
		}
		if (!is_red(*child(sibling, !right))) {
			paint(*child(sibling, right), BLACK);
			paint(sibling, RED);
			rotate(sibling, !right, root, augment);
			sibling = *child(parent, !right);
		}
		paint(sibling, is_red(parent) ? RED : BLACK);
		paint(parent, BLACK);
		paint(*child(sibling, !right), BLACK);
		rotate(parent, right, root, augment);
		node = root->rb_node;
	}
	if (node)
		paint(node, BLACK);
}

/* Take the node out that has no child, or one. */
static void erase_simple(struct rb_node *node, struct rb_root *root, const struct rb_augment_callbacks *augment)
{
	struct rb_node *below = node->rb_left ? node->rb_left : node->rb_right;
	struct rb_node *parent = parent_of(node);
	bool was_red = is_red(node);

	relink(node, below, parent, root);
	if (below)
		set_parent(below, parent);
	if (augment)
		augment->propagate(parent, NULL);
	if (!was_red)
		restore(below, parent, root, augment);
}

void rb_erase_augmented(struct rb_node *node, struct rb_root *root, const struct rb_augment_callbacks *augment)
{
	struct rb_node *next;

	if (node->rb_left && node->rb_right) {
		/* Its successor, which has no left child, goes first, and then into its place. */
		next = node->rb_right;
		while (next->rb_left)
			next = next->rb_left;
		erase_simple(next, root, augment);
		rb_replace_node(node, next, root);
		if (augment) {
			augment->copy(node, next);
			augment->propagate(next, NULL);
		}
	} else {
		erase_simple(node, root, augment);
	}
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	rb_erase_augmented(node, root, NULL);
}

void rb_replace_node(struct rb_node *victim, struct rb_node *replacement, struct rb_root *root)
{
	*replacement = *victim;
	relink(victim, replacement, parent_of(victim), root);
	if (replacement->rb_left)
		set_parent(replacement->rb_left, replacement);
	if (replacement->rb_right)
		set_parent(replacement->rb_right, replacement);
}

static struct rb_node *outermost(struct rb_node *node, bool right)
{
	while (node && *child(node, right))
		node = *child(node, right);
	return node;
}

static struct rb_node *step(struct rb_node *node, bool right)
{
	struct rb_node *parent;

	if (RB_EMPTY_NODE(node))
		return NULL;
	if (*child(node, right))
		return outermost(*child(node, right), !right);
	while ((parent = parent_of(node)) && node == *child(parent, right))
		node = parent;
	return parent;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	return step((struct rb_node *)node, true);
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	return step((struct rb_node *)node, false);
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return outermost(root->rb_node, false);
}

struct rb_node *rb_last(const struct rb_root *root)
{
	return outermost(root->rb_node, true);
}

static struct rb_node *deepest(struct rb_node *node)
{
	while (node && (node->rb_left || node->rb_right))
		node = node->rb_left ? node->rb_left : node->rb_right;
	return node;
}

struct rb_node *rb_first_postorder(const struct rb_root *root)
{
	return deepest(root->rb_node);
}

struct rb_node *rb_next_postorder(const struct rb_node *node)
{
	struct rb_node *parent = node ? parent_of(node) : NULL;

	if (parent && node == parent->rb_left && parent->rb_right)
		return deepest(parent->rb_right);
	return parent;
}
