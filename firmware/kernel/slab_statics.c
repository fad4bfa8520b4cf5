/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The static variables of the slab allocator. kmem_cache_init() writes also what Linux initialises at compile time, so
 * that it works on a bare RAM too.
 */
#include <kernel/slab.h>

struct kmem_cache cache_cache;
struct list_head cache_chain;
struct cache_sizes malloc_sizes[MALLOC_SIZES];

struct kmem_list3 initkmem_list3[NUM_INIT_LISTS];
struct arraycache_init initarray_cache;
struct arraycache_init initarray_generic;

unsigned long cpu_online_map = 1;	/* one bit a CPU */

u32 g_cpucache_up;			/* enum cpucache_up */
int slab_early_init;
int slab_break_gfp_order;

/* Texts that kmem_cache.name points to: of the general caches and cache_cache, ... */
char cache_names[2 * MALLOC_SIZES][SLAB_NAME_LEN];
/* ... and of caches that the host created by a Python string; an empty one is free. */
char host_cache_names[HOST_NAMES][SLAB_NAME_LEN];
