/* SPDX-License-Identifier: GPL-2.0-only */
/* struct page, its flags, and the bits of an allocation request. include/linux/mm_types.h, page-flags.h, gfp.h */
#ifndef KERNEL_PAGE_H
#define KERNEL_PAGE_H

#include <kernel/list.h>

struct page {
	unsigned long flags;		/* enum pageflags; the zone's number above PAGEFLAGS_ZONES_SHIFT */
	int _count;			/* users; 0 while free */
	int _mapcount;			/* page table entries, minus one */
	union {
		struct {
			unsigned long private;	/* order in the buddy system; migrate type on a per-CPU list */
			void *mapping;
		};
		struct page *first_page;	/* of a compound page's tail */
	};
	unsigned long index;
	struct list_head lru;		/* free list; a slab page: its cache and slab; first tail: destructor and order */
};

enum pageflags {
	PG_locked = 0,
	PG_error = 1,
	PG_referenced = 2,
	PG_uptodate = 3,
	PG_dirty = 4,
	PG_lru = 5,
	PG_active = 6,
	PG_slab = 7,
	PG_owner_priv_1 = 8,
	PG_arch_1 = 9,
	PG_reserved = 10,
	PG_private = 11,
	PG_writeback = 12,
	PG_compound = 14,
	PG_swapcache = 15,
	PG_mappedtodisk = 16,
	PG_reclaim = 17,
	PG_readahead = 17,	/* the same bit, on the way in */
	PG_buddy = 19,
	PG_uncached = 31,
};

/* Where page->flags holds the number of the zone: the uppermost bits, as many as the zones need. */
enum pageflags_layout {
	PAGEFLAGS_ZONES_WIDTH = 2,
	PAGEFLAGS_ZONES_SHIFT = 64 - PAGEFLAGS_ZONES_WIDTH,
};

enum gfp_bits {
	__GFP_DMA = 0x01,
	__GFP_HIGHMEM = 0x02,
	__GFP_DMA32 = 0x04,
	__GFP_WAIT = 0x10,
	__GFP_HIGH = 0x20,
	__GFP_IO = 0x40,
	__GFP_FS = 0x80,
	__GFP_COLD = 0x100,
	__GFP_NOWARN = 0x200,
	__GFP_REPEAT = 0x400,
	__GFP_NOFAIL = 0x800,
	__GFP_NORETRY = 0x1000,
	__GFP_COMP = 0x4000,
	__GFP_ZERO = 0x8000,
	__GFP_NOMEMALLOC = 0x10000,
	__GFP_HARDWALL = 0x20000,
	__GFP_THISNODE = 0x40000,
	__GFP_RECLAIMABLE = 0x80000,
	__GFP_MOVABLE = 0x100000,
	__GFP_BITS_SHIFT = 21,
};

#endif
