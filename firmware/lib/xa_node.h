/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of arrays: the tree's nodes, and ways through it that take no lock. */
#ifndef XA_NODE_H
#define XA_NODE_H

#include <linux/xarray.h>

struct xa_node {
	unsigned char shift;		/* bits of an index that are for the nodes below */
	unsigned char offset;		/* its slot in the node above */
	unsigned char count;		/* slots in use */
	struct xa_node *parent;
	void *slots[XA_CHUNK_SIZE];	/* nodes, or in those with shift 0 entries */
	unsigned long marks[XA_MAX_MARKS];	/* of entries, or of what is below */
	unsigned long full;		/* slots where nothing is free */
};

static inline unsigned long last_index(const struct xa_node *node)
{
	return node->shift + XA_CHUNK_SHIFT >= BITS_PER_LONG ? ~0UL : (1UL << (node->shift + XA_CHUNK_SHIFT)) - 1;
}

/* Entries as they are, those of what is only reserved (XA_ZERO_ENTRY) included. */
void *__xa_raw_load(const struct xarray *xa, unsigned long index);
void *__xa_raw_find(struct xarray *xa, unsigned long from, unsigned long max, xa_mark_t filter, unsigned long *found);
/* Nodes come from the list first. */
void *__xa_raw_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp_mask, struct xa_node **spare);
struct xa_node *__xa_new_node(gfp_t gfp_mask);
/* The first index from `from` on where something is free: beyond `max` where there is none. */
unsigned long __xa_find_free(const struct xarray *xa, unsigned long from, unsigned long max);

#endif
