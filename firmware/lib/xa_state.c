// SPDX-License-Identifier: GPL-2.0-only
/* Places in arrays. lib/xarray.c */
#include <linux/slab.h>
#include <linux/xarray.h>

#include "xa_node.h"

/* Nodes that one entry can need at most: a way down to it, and one up to where both part. */
#define NODES_MOST (2 * DIV_ROUND_UP(BITS_PER_LONG, XA_CHUNK_SHIFT))

static bool covers(const struct xarray *xa, unsigned long index)
{
	return xa->xa_head && index <= last_index(xa->xa_head);
}

static void *bounds(struct xa_state *xas)
{
	xas->xa_place = XAS_BOUNDS;
	return NULL;
}

void *xas_load(struct xa_state *xas)
{
	if (xas->xa_error)
		return NULL;
	if (!covers(xas->xa, xas->xa_index))
		return bounds(xas);
	xas->xa_place = XAS_AT;
	return __xa_raw_load(xas->xa, xas->xa_index);
}

void *xas_store(struct xa_state *xas, void *entry)
{
	void *old;

	if (xas->xa_error)
		return NULL;
	old = __xa_raw_store(xas->xa, xas->xa_index, entry, GFP_NOWAIT | __GFP_NOWARN, &xas->xa_alloc);
	if (xa_is_err(old)) {
		xas->xa_error = xa_err(old);
		return NULL;
	}
	xas->xa_place = XAS_AT;
	return old;
}

void xas_destroy(struct xa_state *xas)
{
	while (xas->xa_alloc) {
		struct xa_node *node = xas->xa_alloc;

		xas->xa_alloc = node->parent;
		kfree(node);
	}
}

bool xas_nomem(struct xa_state *xas, gfp_t gfp_mask)
{
	if (xas->xa_error != -ENOMEM) {
		xas_destroy(xas);
		return false;
	}
	for (int i = 0; i < NODES_MOST; i++) {
		struct xa_node *node = __xa_new_node(gfp_mask);

		if (!node) {
			xas_destroy(xas);
			return false;
		}
		node->parent = xas->xa_alloc;
		xas->xa_alloc = node;
	}
	xas_set(xas, xas->xa_index);
	return true;
}

/* From `from` on, up to `max`: what is found is where the state stands then. */
static void *find(struct xa_state *xas, unsigned long from, unsigned long max, xa_mark_t filter)
{
	void *entry = from <= max ? __xa_raw_find(xas->xa, from, max, filter, &xas->xa_index) : NULL;

	if (entry) {
		xas->xa_place = XAS_AT;
		return entry;
	}
	if (max == ULONG_MAX || !covers(xas->xa, max + 1))
		return bounds(xas);
	xas->xa_index = max + 1;
	xas->xa_place = XAS_RESTART;
	return NULL;
}

void *xas_find(struct xa_state *xas, unsigned long max)
{
	if (xas->xa_error || xas->xa_place == XAS_BOUNDS)
		return NULL;
	if (xas->xa_place == XAS_AT && xas->xa_index == ULONG_MAX)
		return bounds(xas);
	return find(xas, xas->xa_index + (xas->xa_place == XAS_AT), max, XA_PRESENT);
}

void *xas_find_marked(struct xa_state *xas, unsigned long max, xa_mark_t mark)
{
	if (xas->xa_error)
		return NULL;
	if (xas->xa_place == XAS_AT && xas->xa_index == ULONG_MAX)
		return bounds(xas);
	return find(xas, xas->xa_index + (xas->xa_place == XAS_AT), max, mark);
}

void *xas_find_conflict(struct xa_state *xas)
{
	return xas->xa_place == XAS_RESTART ? xas_load(xas) : NULL;
}

static void *step(struct xa_state *xas, unsigned long by)
{
	if (xas->xa_error)
		return NULL;
	if (xas->xa_place != XAS_RESTART)
		xas->xa_index += by;
	return xas_load(xas);
}

void *xas_next(struct xa_state *xas)
{
	return step(xas, 1);
}

void *xas_prev(struct xa_state *xas)
{
	return step(xas, -1UL);
}

void xas_pause(struct xa_state *xas)
{
	if (xas_invalid(xas))
		return;
	xas->xa_index++;
	xas->xa_place = xas->xa_index ? XAS_RESTART : XAS_BOUNDS;
}
