// SPDX-License-Identifier: GPL-2.0-only
/* The attributes of fault injection, as 2.6.24 starts with them. mm/slab.c, mm/page_alloc.c; the third is our own. */
#include <kernel/fault_inject.h>

struct fault_attr failslab = { .interval = 1, .times = 1, .verbose = 2, .ignore_gfp_wait = 1 };
struct fault_attr fail_page_alloc = {
	.interval = 1, .times = 1, .verbose = 2, .ignore_gfp_wait = 1, .ignore_gfp_highmem = 1, .min_order = 1,
};
struct fault_attr fail_dma_map = { .interval = 1, .times = 1, .verbose = 2 };
u64 fault_random = 1;		/* state of the generator */
