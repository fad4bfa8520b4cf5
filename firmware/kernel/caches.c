// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fill every general cache and its DMA twin until each has grown several slabs, let the host look, and free it all
 * again; then the life of one cache of our own. Live objects are chained through their first word.
 *
 * Options: cache_slabs=N, slabs' worth of objects for each cache.
 */
#include <asm/page.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kernel.h"

#define CACHE_SLABS 3
#define GENTLY (GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY)
#define OWN_OBJECTS 200
#define OWN_SIZE 120

extern struct cache_sizes malloc_sizes[];

struct live_object {
	struct live_object *next;
};

static struct live_object *live;

/* Fill one cache: whole slabs and one object more, so that the last is partly used. Give what could be had. */
static unsigned int fill(const struct kmem_cache *cachep, size_t size, gfp_t gfp_mask, unsigned long slabs)
{
	unsigned long wanted = slabs * cachep->num + 1;
	unsigned int got = 0;

	while (got < wanted) {
		struct live_object *objp = kmalloc(size, gfp_mask);

		if (!objp)
			break;
		objp->next = live;
		live = objp;
		got++;
	}
	return got;
}

static void free_all(void)
{
	while (live) {
		struct live_object *objp = live;

		live = objp->next;
		kfree(objp);
	}
}

static int fill_general_caches(unsigned long slabs)
{
	int empty = 0;

	for (struct cache_sizes *sizes = malloc_sizes; sizes->cs_cachep; sizes++) {
		unsigned int got = fill(sizes->cs_cachep, sizes->cs_size, GENTLY, slabs), dma = 0;

#ifdef CONFIG_ZONE_DMA
		dma = fill(sizes->cs_dmacachep, sizes->cs_size, GENTLY | GFP_DMA, slabs);
#endif
		printk(KERN_DEBUG "caches: size-%lu: %u objects, %u for DMA\n", sizes->cs_size, got, dma);
		/* What needs a whole block of the highest orders may find none on a small machine. */
		empty += !got && sizes->cs_size <= PAGE_SIZE;
	}
	return empty ? -ENOMEM : 0;
}

static void own_ctor(struct kmem_cache *cachep, void *objp)
{
	memset(objp, 0, OWN_SIZE);
}

static int own_cache(void)
{
	static void *objects[OWN_OBJECTS];
	struct kmem_cache *cachep = kmem_cache_create("dmalab_own", OWN_SIZE, 0, SLAB_HWCACHE_ALIGN, own_ctor);
	int failed = 0;

	if (!cachep)
		return -ENOMEM;
	for (int i = 0; i < OWN_OBJECTS; i++) {
		objects[i] = kmem_cache_alloc(cachep, GFP_KERNEL);
		failed += !objects[i];
	}
	for (int i = 0; i < OWN_OBJECTS; i++)
		if (objects[i])
			kmem_cache_free(cachep, objects[i]);
	kmem_cache_destroy(cachep);
	return failed ? -ENOMEM : 0;
}

int exercise_caches(void)
{
	int error = fill_general_caches(command_line_number("cache_slabs", CACHE_SLABS));

	checkpoint("caches-full");
	free_all();
	checkpoint("caches-empty");
	return error ? error : own_cache();
}
