/* SPDX-License-Identifier: GPL-2.0-only */
/* Objects from caches. */
#ifndef LINUX_SLAB_H
#define LINUX_SLAB_H

#include <kernel/api.h>
#include <kernel/slab_flags.h>
#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/types.h>

#define ZERO_SIZE_PTR ((void *)16)
#define ZERO_OR_NULL_PTR(p) ((unsigned long)(p) <= (unsigned long)ZERO_SIZE_PTR)
#define KMALLOC_MAX_SIZE (1UL << 22)
#define ARCH_KMALLOC_MINALIGN 8

struct kmem_cache;
typedef void (*kmem_cache_ctor_t)(struct kmem_cache *cachep, void *objp);
typedef void (*kmem_cache_dtor_t)(struct kmem_cache *cachep, void *objp);

void *kmalloc(size_t size, gfp_t gfp_mask);
void *kzalloc(size_t size, gfp_t gfp_mask);
void *kcalloc(size_t n, size_t size, gfp_t gfp_mask);
void *krealloc(const void *objp, size_t size, gfp_t gfp_mask);
size_t ksize(const void *objp);
void kfree(const void *objp);
void *__kmalloc_track_caller(size_t size, gfp_t gfp_mask, unsigned long caller);
#define kfree_sensitive(objp) kfree(objp)
#define kzfree(objp) kfree(objp)
#define kmalloc_node(size, gfp_mask, node) kmalloc((size), (gfp_mask))
#define kzalloc_node(size, gfp_mask, node) kzalloc((size), (gfp_mask))
#define kfree_rcu(objp, member) kfree(objp)
#define kfree_rcu_mightsleep(objp) kfree(objp)
#define kvfree_rcu(objp, ...) kvfree(objp)
#define SLAB_TYPESAFE_BY_RCU SLAB_DESTROY_BY_RCU

static inline void *kmalloc_array(size_t n, size_t size, gfp_t gfp_mask)
{
	return size && n > ~0UL / size ? NULL : kmalloc(n * size, gfp_mask);
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align, unsigned long flags,
				     kmem_cache_ctor_t ctor);
/* As the kernel had it up to 2.6.22: `dtor` is called for every object before its slab's pages go back. */
struct kmem_cache *kmem_cache_create_dtor(const char *name, size_t size, size_t align, unsigned long flags,
					  kmem_cache_ctor_t ctor, kmem_cache_dtor_t dtor);
void *kmem_cache_alloc(struct kmem_cache *cachep, gfp_t gfp_mask);
void *kmem_cache_zalloc(struct kmem_cache *cachep, gfp_t gfp_mask);
void kmem_cache_free(struct kmem_cache *cachep, void *objp);
int kmem_cache_shrink(struct kmem_cache *cachep);
void kmem_cache_destroy(struct kmem_cache *cachep);

/* All of them or none; how many there are then. */
static inline int kmem_cache_alloc_bulk(struct kmem_cache *cachep, gfp_t gfp_mask, size_t count, void **objects)
{
	for (size_t i = 0; i < count; i++) {
		objects[i] = kmem_cache_alloc(cachep, gfp_mask);
		if (objects[i])
			continue;
		while (i-- > 0)
			kmem_cache_free(cachep, objects[i]);
		return 0;
	}
	return count;
}

/* Without a cache: each from wherever it is. */
static inline void kmem_cache_free_bulk(struct kmem_cache *cachep, size_t count, void **objects)
{
	for (size_t i = 0; i < count; i++) {
		if (cachep)
			kmem_cache_free(cachep, objects[i]);
		else
			kfree(objects[i]);
	}
}

#define kfree_bulk(count, objects) kmem_cache_free_bulk(NULL, (count), (objects))

#if defined(MODULE) && !API_BEFORE(2, 7)
/* Since 2.6.27 a constructor gets the object alone. The lowest bit of its address says so: functions are aligned. */
static inline struct kmem_cache *__kmem_cache_create_2627(const char *name, size_t size, size_t align,
							  unsigned long flags, void (*ctor)(void *objp))
{
	unsigned long marked = ctor ? (unsigned long)ctor | 1 : 0;

	return kmem_cache_create(name, size, align, flags, (kmem_cache_ctor_t)marked);
}
#define kmem_cache_create __kmem_cache_create_2627
#endif

#define KMEM_CACHE(type, flags)								\
	kmem_cache_create(#type, sizeof(struct type), __alignof__(struct type), (flags), NULL)

#endif
