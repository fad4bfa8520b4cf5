/* SPDX-License-Identifier: GPL-2.0-only */
/* Who can give memory back when it is short. include/linux/mm.h */
#ifndef KERNEL_SHRINKER_H
#define KERNEL_SHRINKER_H

#include <kernel/list.h>
#include <kernel/types.h>

enum { DEFAULT_SEEKS = 2 };		/* what it costs, in disk seeks, to make an object again */

/*
 * `shrink` frees up to nr_to_scan objects and gives how many it still could free; with nr_to_scan 0 it only counts; -1 says
 * that with this gfp_mask it must not. It is called from whatever allocation is short of memory, so it must take no lock
 * under which it allocates.
 */
struct shrinker {
	int (*shrink)(int nr_to_scan, gfp_t gfp_mask);
	int seeks;
	struct list_head list;
	long nr;			/* objects that it is still asked to free */
};

#endif
