// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fill every general cache and its DMA twin until each has grown several slabs, let the host look, and free it all
 * again; then the life of one cache of our own. Live objects are chained through their first word.
 *
 * A zone may be too small for several objects of all the largest caches. So caches up to SMALL_ENOUGH come first; of the
 * others each gets one, the largest before the rest breaks up its blocks, and then as many more as there is room for.
 *
 * Options: cache_slabs=N, whole slabs of each cache to fill; one more is begun.
 */
#include <kernel/slab.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kernel.h"

#define CACHE_SLABS 2
#define SMALL_ENOUGH (128 << 10)	/* bytes of an object */
#define GENTLY (GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY)
#define OWN_OBJECTS 80
#define OWN_SIZE 120

extern struct cache_sizes malloc_sizes[];

struct live_object {
	struct live_object *next;
};

static struct live_object *live;
static unsigned int taken[MALLOC_SIZES], taken_for_dma[MALLOC_SIZES];	/* objects of each cache */

static unsigned int take(size_t size, gfp_t gfp_mask, unsigned long wanted)
{
	unsigned int got;

	for (got = 0; got < wanted; got++) {
		struct live_object *objp = kmalloc(size, gfp_mask);

		if (!objp)
			break;
		objp->next = live;
		live = objp;
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

/* Free slabs stay with their caches until the reaper comes. On a small machine that is too long. */
static void shrink_general_caches(void)
{
	for (struct cache_sizes *sizes = malloc_sizes; sizes->cs_cachep; sizes++) {
		kmem_cache_shrink(sizes->cs_cachep);
#ifdef CONFIG_ZONE_DMA
		kmem_cache_shrink(sizes->cs_dmacachep);
#endif
	}
}

/* Take `objects` of the cache for a size, and as many slabs' worth, from it and from its twin. */
static void take_both(const struct cache_sizes *sizes, unsigned int objects, unsigned int slabs)
{
	size_t which = sizes - malloc_sizes;

	taken[which] += take(sizes->cs_size, GENTLY, objects + slabs * sizes->cs_cachep->num);
#ifdef CONFIG_ZONE_DMA
	taken_for_dma[which] += take(sizes->cs_size, GENTLY | GFP_DMA, objects + slabs * sizes->cs_dmacachep->num);
#endif
}

/* Whole slabs and one object more, so that the last is partly used. */
static void fill_general_caches(unsigned int slabs)
{
	const struct cache_sizes *large = malloc_sizes, *sizes;

	for (; large->cs_cachep && large->cs_size <= SMALL_ENOUGH; large++)
		take_both(large, 1, slabs);
	for (sizes = large; sizes->cs_cachep; sizes++)
		;
	while (sizes-- > large)
		take_both(sizes, 1, 0);
	for (sizes = large; sizes->cs_cachep; sizes++)
		take_both(sizes, 0, slabs);
}

static void log_general_caches(void)
{
	for (size_t i = 0; malloc_sizes[i].cs_cachep; i++)
		printk(KERN_DEBUG "caches: size-%lu: %u objects, %u for DMA\n", malloc_sizes[i].cs_size, taken[i],
		       taken_for_dma[i]);
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
	fill_general_caches(command_line_number("cache_slabs", CACHE_SLABS));
	log_general_caches();
	checkpoint("caches-full");
	free_all();
	shrink_general_caches();
	checkpoint("caches-empty");
	return own_cache();
}
