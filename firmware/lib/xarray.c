// SPDX-License-Identifier: GPL-2.0-only
/* Arrays that grow as trees of nodes with 64 slots; a node without an entry is freed at once. lib/xarray.c */
#include <kernel/track.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "xa_node.h"

static unsigned int slot_of(const struct xa_node *node, unsigned long index)
{
	return index >> node->shift & (XA_CHUNK_SIZE - 1);
}

struct xa_node *__xa_new_node(gfp_t gfp_mask)
{
	struct xa_node *node = __kmalloc_track_caller(sizeof(*node), gfp_mask, module_caller());

	if (node)
		memset(node, 0, sizeof(*node));
	return node;
}

static struct xa_node *new_node(unsigned int shift, gfp_t gfp_mask, struct xa_node **spare)
{
	struct xa_node *node = spare ? *spare : NULL;

	if (node) {
		*spare = node->parent;
		node->parent = NULL;
	} else {
		node = __xa_new_node(gfp_mask);
	}
	if (node)
		node->shift = shift;
	return node;
}

/* The node that holds the entry of an index: NULL where there is none. */
static struct xa_node *find_leaf(const struct xarray *xa, unsigned long index)
{
	struct xa_node *node = xa->xa_head;

	if (!node || index > last_index(node))
		return NULL;
	while (node && node->shift)
		node = node->slots[slot_of(node, index)];
	return node;
}

static void attach(struct xa_node *node, struct xa_node *parent, unsigned int offset)
{
	node->parent = parent;
	node->offset = offset;
	parent->slots[offset] = node;
	parent->count++;
	for (int mark = 0; mark < XA_MAX_MARKS; mark++)
		if (node->marks[mark])
			parent->marks[mark] |= 1UL << offset;
	if (!~node->full)
		parent->full |= 1UL << offset;
}

static struct xa_node *make_leaf(struct xarray *xa, unsigned long index, gfp_t gfp_mask, struct xa_node **spare)
{
	struct xa_node *node = xa->xa_head;

	if (!node)
		node = xa->xa_head = new_node(0, gfp_mask, spare);
	while (node && index > last_index(node)) {
		struct xa_node *above = new_node(node->shift + XA_CHUNK_SHIFT, gfp_mask, spare);

		if (above) {
			attach(node, above, 0);
			xa->xa_head = above;
		}
		node = above;
	}
	while (node && node->shift) {
		struct xa_node *below = node->slots[slot_of(node, index)];

		if (!below) {
			below = new_node(node->shift - XA_CHUNK_SHIFT, gfp_mask, spare);
			if (below)
				attach(below, node, slot_of(node, index));
		}
		node = below;
	}
	return node;
}

static void drop_empty(struct xarray *xa, struct xa_node *node)
{
	while (node && !node->count) {
		struct xa_node *parent = node->parent;

		if (parent) {
			parent->slots[node->offset] = NULL;
			parent->count--;
		} else {
			xa->xa_head = NULL;
		}
		kfree(node);
		node = parent;
	}
}

static void change_mark(struct xa_node *node, unsigned int offset, xa_mark_t mark, bool value)
{
	while (node) {
		if (value)
			node->marks[mark] |= 1UL << offset;
		else
			node->marks[mark] &= ~(1UL << offset);
		if (!value && node->marks[mark])
			return;
		offset = node->offset;
		node = node->parent;
	}
}

/* A node is full where all its slots are. */
static void change_full(struct xa_node *node, unsigned int offset, bool value)
{
	while (node) {
		bool was = !~node->full;

		if (value)
			node->full |= 1UL << offset;
		else
			node->full &= ~(1UL << offset);
		if (was == !~node->full)
			return;
		offset = node->offset;
		node = node->parent;
	}
}

void *__xa_raw_load(const struct xarray *xa, unsigned long index)
{
	struct xa_node *leaf = find_leaf(xa, index);

	return leaf ? leaf->slots[slot_of(leaf, index)] : NULL;
}

static void *shown(void *entry)
{
	return xa_is_zero(entry) ? NULL : entry;
}

void *xa_load(struct xarray *xa, unsigned long index)
{
	return shown(__xa_raw_load(xa, index));
}

/* Of arrays that hold integers for their bits, each has XA_VALUE_BITS: see ida_alloc_range(). */
static bool is_full(const struct xarray *xa, void *entry)
{
	return entry && (!(xa->xa_flags & XA_FLAGS_BITMAPS) || entry == xa_mk_value((1UL << XA_VALUE_BITS) - 1));
}

void *__xa_raw_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp_mask, struct xa_node **spare)
{
	struct xa_node *leaf = entry ? make_leaf(xa, index, gfp_mask, spare) : find_leaf(xa, index);
	unsigned int slot;
	void *old;

	if (!leaf) {
		for (leaf = xa->xa_head; leaf && leaf->shift && leaf->slots[slot_of(leaf, index)]; )
			leaf = leaf->slots[slot_of(leaf, index)];
		drop_empty(xa, leaf);
		return entry ? __xa_mk_error(-ENOMEM) : NULL;
	}
	slot = slot_of(leaf, index);
	old = leaf->slots[slot];
	leaf->slots[slot] = entry;
	leaf->count += !!entry - !!old;
	change_full(leaf, slot, is_full(xa, entry));
	for (int mark = 0; !entry && mark < XA_MAX_MARKS; mark++)
		change_mark(leaf, slot, mark, false);
	drop_empty(xa, leaf);
	return old;
}

/* An array that gives numbers away keeps one until it is erased. */
void *__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp_mask)
{
	if (!entry && (xa->xa_flags & XA_FLAGS_TRACK_FREE))
		entry = XA_ZERO_ENTRY;
	return shown(__xa_raw_store(xa, index, entry, gfp_mask, NULL));
}

void *__xa_erase(struct xarray *xa, unsigned long index)
{
	return shown(__xa_raw_store(xa, index, NULL, 0, NULL));
}

void *__xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp_mask)
{
	void *found = __xa_raw_load(xa, index);

	if (found != old)
		return shown(found);
	found = __xa_raw_store(xa, index, entry, gfp_mask, NULL);
	return xa_is_err(found) ? found : shown(old);
}

int __xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp_mask)
{
	if (__xa_raw_load(xa, index))
		return -EBUSY;
	return xa_err(__xa_raw_store(xa, index, entry ? entry : XA_ZERO_ENTRY, gfp_mask, NULL));
}

unsigned long __xa_find_free(const struct xarray *xa, unsigned long from, unsigned long max)
{
	const struct xa_node *node = xa->xa_head;

	while (node && from <= last_index(xa->xa_head) && from <= max) {
		unsigned int slot = slot_of(node, from);
		unsigned long next = find_next_zero_bit(&node->full, XA_CHUNK_SIZE, slot);

		if (next == slot) {
			if (!node->shift || !node->slots[slot])
				return from;
			node = node->slots[slot];
			continue;
		}
		from = ((from >> node->shift) + next - slot) << node->shift;
		if (!from)
			return max + 1;
		if (next == XA_CHUNK_SIZE)
			node = xa->xa_head;
	}
	return from;
}

int __xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp_mask)
{
	unsigned long index = max_t(unsigned long, limit.min, !!(xa->xa_flags & XA_FLAGS_ZERO_BUSY));
	int error;

	index = __xa_find_free(xa, index, limit.max);
	if (index > limit.max)
		return -EBUSY;
	error = __xa_insert(xa, index, entry, gfp_mask);
	if (!error)
		*id = index;
	return error;
}

/* 1 where the numbers have begun anew. */
int __xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next, gfp_t gfp_mask)
{
	struct xa_limit first = { .max = limit.max, .min = max(limit.min, *next) };
	int error = __xa_alloc(xa, id, entry, first, gfp_mask), wrapped = 0;

	if (error == -EBUSY && first.min > limit.min) {
		error = __xa_alloc(xa, id, entry, limit, gfp_mask);
		wrapped = 1;
	}
	if (error)
		return error;
	*next = *id + 1;
	return wrapped;
}

static bool passes(const struct xa_node *node, unsigned int slot, xa_mark_t filter)
{
	return node->slots[slot] && (filter >= XA_MAX_MARKS || node->marks[filter] >> slot & 1);
}

/* The next index from `from` on, found by going down where there is something, else along. */
void *__xa_raw_find(struct xarray *xa, unsigned long from, unsigned long max, xa_mark_t filter, unsigned long *found)
{
	struct xa_node *node = xa->xa_head;

	while (node && from <= last_index(xa->xa_head) && from <= max) {
		unsigned int slot = slot_of(node, from);

		if (!passes(node, slot, filter)) {
			from = ((from >> node->shift) + 1) << node->shift;
			if (!from)
				return NULL;
			node = xa->xa_head;
		} else if (node->shift) {
			node = node->slots[slot];
		} else {
			*found = from;
			return node->slots[slot];
		}
	}
	return NULL;
}

static void *find_from(struct xarray *xa, unsigned long from, unsigned long max, xa_mark_t filter, unsigned long *found)
{
	unsigned long at = from;
	void *entry = __xa_raw_find(xa, from, max, filter, &at);

	while (xa_is_zero(entry))
		entry = at < max ? __xa_raw_find(xa, at + 1, max, filter, &at) : NULL;
	if (entry)
		*found = at;
	return entry;
}

void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter)
{
	return find_from(xa, *index, max, filter, index);
}

void *xa_find_after(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter)
{
	return *index == ULONG_MAX ? NULL : find_from(xa, *index + 1, max, filter, index);
}

unsigned int xa_extract(struct xarray *xa, void **to, unsigned long start, unsigned long max, unsigned int n,
			xa_mark_t filter)
{
	unsigned long index = start;
	unsigned int got = 0;

	for (void *entry = xa_find(xa, &index, max, filter); entry && got < n;
	     entry = xa_find_after(xa, &index, max, filter))
		to[got++] = entry;
	return got;
}

bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct xa_node *leaf = find_leaf(xa, index);

	return leaf && passes(leaf, slot_of(leaf, index), mark);
}

void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	if (__xa_raw_load(xa, index)) {
		struct xa_node *leaf = find_leaf(xa, index);

		change_mark(leaf, slot_of(leaf, index), mark, true);
	}
}

void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct xa_node *leaf = find_leaf(xa, index);

	if (leaf)
		change_mark(leaf, slot_of(leaf, index), mark, false);
}

bool xa_marked(const struct xarray *xa, xa_mark_t mark)
{
	const struct xa_node *head = xa->xa_head;

	return head && head->marks[mark];
}

void xa_destroy(struct xarray *xa)
{
	struct xa_node *node = xa->xa_head;

	while (node) {
		struct xa_node *up = node->parent;
		void *below = NULL;

		for (unsigned int slot = 0; node->shift && slot < XA_CHUNK_SIZE && !below; slot++) {
			below = node->slots[slot];
			node->slots[slot] = NULL;
		}
		if (!below)
			kfree(node);
		node = below ? below : up;
	}
	xa->xa_head = NULL;
}
