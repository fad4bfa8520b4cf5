// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects of caches. What a kernel does most is done here, on the structures in mm/slab.c's layout: an object from the
 * top of the CPU's array, or one put there. All else is rare, large or odd, and for the kernel behind the trap gate: an
 * array that is empty or full, a cache that is not there, a pointer that leads to no slab.
 *
 * None of the functions is inlined, so that its caller is the driver's line. mm/slab.c: __cache_alloc, __cache_free
 */
#include <asm/page.h>
#include <kernel/slab.h>
#include <kernel/traps.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kernel.h"
#include "object_users.h"
#include "trap.h"

extern struct cache_sizes malloc_sizes[MALLOC_SIZES];

struct object_user object_users[OBJECT_USERS + 1];

/* The general cache for a small size, by (size - 1) / SIZE_STEP: all sizes are multiples of that. */
#define SIZE_STEP 32
#define MAX_SMALL 4096
static struct kmem_cache *small_caches[MAX_SMALL / SIZE_STEP];

#define CALLER ((u64)__builtin_return_address(0))
#define FRAME ((u64)__builtin_frame_address(0))

static noinline u64 slow_path(u64 number, u64 first, u64 second, u64 caller, u64 frame_pointer)
{
	struct trap_frame frame = {
		.number = number,
		.args = { first, second },
		.caller = caller,
		.frame_pointer = frame_pointer,
	};

	return trap(&frame);
}

/* Find the general cache for a size: NULL where there is none. mm/slab.c: __find_general_cachep */
static inline struct kmem_cache *general_cachep(size_t size, gfp_t gfp_mask)
{
	const struct cache_sizes *sizes = malloc_sizes;

	while (size > sizes->cs_size)
		sizes++;
#ifdef CONFIG_ZONE_DMA
	if (unlikely(gfp_mask & __GFP_DMA))
		return sizes->cs_dmacachep;
#else
	if (unlikely(gfp_mask & __GFP_DMA))
		return NULL;
#endif
	return sizes->cs_cachep;
}

noinline void kmem_cache_init(void)
{
	TRAP(TRAP_KMEM_CACHE_INIT);
#ifndef CONFIG_DEBUG_SLAB
	for (size_t step = 0; step < MAX_SMALL / SIZE_STEP; step++)
		small_caches[step] = general_cachep((step + 1) * SIZE_STEP, 0);
	if (command_line_number("fast_path", 1))
		pcpu_hot.slab_fast_pfns = max_pfn;
#endif
}

/*
 * The short ways, for what is asked for nearly always: no call but the last, no loop, nothing that takes long, for the
 * processor takes no interrupt in them (kernel.ld). Each access of memory costs them most, then each end of a basic
 * block, of which each condition makes one: so all that is rare is led to a cache whose array neither holds an object nor
 * has room for one, which is the only thing that is asked, and done by the longer ways behind. The engine also forgets at
 * the end of a page where the next block is.
 */
#define SHORT_WAY noinline __section(".text.uninterrupted") __attribute__((aligned(256)))
#define GO_ON_TO __attribute__((musttail)) return

static struct array_cache no_array;
static struct kmem_cache no_cache = { .array = { &no_array } };
static const struct page no_page;

/* Whether something rare is the case, as the compiler shall ask by a conditional move. */
#define rarely(x) __builtin_unpredictable(!!(x))

/* Take an object from the CPU's array: 0 where there is none. mm/slab.c: ____cache_alloc */
static __always_inline int pop(struct kmem_cache *cachep, void **objp)
{
	struct array_cache *ac = cachep->array[0];
	unsigned int avail = ac->avail;

	if (unlikely(!avail))
		return 0;
	*objp = ac->entry[avail - 1];
	ac->touched = 1;
	ac->avail = avail - 1;
	return 1;
}

/* Put an object into the CPU's array: 0 where there is no room. mm/slab.c: __cache_free */
static __always_inline int push(struct kmem_cache *cachep, void *objp)
{
	struct array_cache *ac = cachep->array[0];
	union {
		u64 word;
		struct {
			u32 avail, limit;
		};
	} first = { .word = *(u64 *)&ac->avail };

	if (unlikely(first.avail >= first.limit))
		return 0;
	ac->entry[first.avail] = objp;
	ac->avail = first.avail + 1;
	return 1;
}

static SHORT_WAY void *take_object(struct kmem_cache *cachep)
{
	void *objp;

	return likely(pop(cachep, &objp)) ? objp : NULL;
}

/* Give the cache, or none where an allocation is worth a closer look: a context that is, flags that are, no fast path. */
static __always_inline struct kmem_cache *unless_rare(struct kmem_cache *cachep, gfp_t gfp_mask, u64 is_rare)
{
	union pcpu_hot hot = { .word = pcpu_hot.word };

	cachep = rarely(hot.preempt_count | (gfp_mask & (__GFP_DMA | __GFP_ZERO)) | is_rare) ? &no_cache : cachep;
	return rarely(!hot.slab_fast_pfns) ? &no_cache : cachep;
}

/*
 * Memory that is worth waiting for is for whoever may sleep. Whether interrupts are off is asked only where the array is
 * empty: it costs as much as an allocation. mm/slab.c: cache_alloc_debugcheck_before
 */
static __always_inline void check_context(gfp_t gfp_mask)
{
	if (unlikely(preempt_count() && gfp_mask & __GFP_WAIT))
		might_sleep();
}

/* Finish an allocation that went either way. */
static inline void *allocated(void *objp, gfp_t gfp_mask, u64 caller)
{
	if (likely(!ZERO_OR_NULL_PTR(objp)))
		note_allocation(objp, gfp_mask, caller);
	return objp;
}

/* Allocate from `cachep`, here or by the call `number` with `first`, which also sees to what has no cache. */
static __always_inline void *do_alloc(struct kmem_cache *cachep, gfp_t gfp_mask, u64 number, u64 first, u64 caller,
				      u64 frame_pointer)
{
	void *objp = NULL;

	check_context(gfp_mask);
	if (likely(pcpu_hot.slab_fast_pfns && cachep))
		objp = take_object(cachep);
	if (likely(objp)) {
		if (unlikely(gfp_mask & __GFP_ZERO))
			memset(objp, 0, cachep->buffer_size);
	} else {
		might_sleep_if(!preempt_count() && gfp_mask & __GFP_WAIT);
		objp = (void *)slow_path(number, first, gfp_mask, caller, frame_pointer);
	}
	return allocated(objp, gfp_mask, caller);
}

static __always_inline void *cache_alloc(struct kmem_cache *cachep, gfp_t gfp_mask, u64 caller, u64 frame_pointer)
{
	return do_alloc(cachep, gfp_mask, TRAP_KMEM_CACHE_ALLOC, (u64)cachep, caller, frame_pointer);
}

static __always_inline void *do_kmalloc(size_t size, gfp_t gfp_mask, u64 caller, u64 frame_pointer)
{
	struct kmem_cache *cachep = size ? general_cachep(size, gfp_mask) : NULL;

	return do_alloc(cachep, gfp_mask, TRAP_KMALLOC, size, caller, frame_pointer);
}

static noinline void *rare_kmalloc(size_t size, gfp_t gfp_mask)
{
	return do_kmalloc(size, gfp_mask, CALLER, FRAME);
}

SHORT_WAY void *kmalloc(size_t size, gfp_t gfp_mask)
{
	struct kmem_cache *cachep = small_caches[(size - 1) % MAX_SMALL / SIZE_STEP];
	void *objp;

	if (unlikely(!pop(unless_rare(cachep, gfp_mask, (size - 1) / MAX_SMALL), &objp)))
		GO_ON_TO rare_kmalloc(size, gfp_mask);
	note_allocation(objp, gfp_mask, CALLER);
	return objp;
}

noinline void *kzalloc(size_t size, gfp_t gfp_mask)
{
	return do_kmalloc(size, gfp_mask | __GFP_ZERO, CALLER, FRAME);
}

noinline void *kcalloc(size_t n, size_t size, gfp_t gfp_mask)
{
	if (size && n > ~0UL / size)
		return NULL;
	return do_kmalloc(n * size, gfp_mask | __GFP_ZERO, CALLER, FRAME);
}

/* For whoever allocates in another's name. */
noinline void *__kmalloc_track_caller(size_t size, gfp_t gfp_mask, unsigned long caller)
{
	return do_kmalloc(size, gfp_mask, caller, FRAME);
}

noinline void *krealloc(const void *objp, size_t size, gfp_t gfp_mask)
{
	void *moved = (void *)TRAP(TRAP_KREALLOC, (u64)objp, size, gfp_mask);

	if (moved != objp && !ZERO_OR_NULL_PTR(objp) && moved)
		note_free(objp, CALLER);
	return moved == objp ? moved : allocated(moved, gfp_mask, CALLER);
}

noinline size_t ksize(const void *objp)
{
	return TRAP(TRAP_KSIZE, (u64)objp);
}

static noinline void rare_kfree(const void *objp)
{
	if (unlikely(ZERO_OR_NULL_PTR(objp)))
		return;
	note_free(objp, CALLER);
	slow_path(TRAP_KFREE, (u64)objp, 0, CALLER, FRAME);
}

SHORT_WAY void kfree(const void *objp)
{
	u64 pfn = ((u64)objp - PAGE_OFFSET) >> PAGE_SHIFT;	/* of NULL and ZERO_SIZE_PTR one beyond the end */
	const struct page *page = rarely(pfn >= pcpu_hot.slab_fast_pfns) ? &no_page : &mem_map[pfn];
	void *cachep = page->lru.next;

	if (unlikely(!push(rarely(!(page->flags >> PG_slab & 1)) ? &no_cache : cachep, (void *)objp)))
		GO_ON_TO rare_kfree(objp);
	note_free(objp, CALLER);
}

noinline struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align, unsigned long flags,
					      kmem_cache_ctor_t ctor)
{
	return (void *)TRAP(TRAP_KMEM_CACHE_CREATE, (u64)name, size, align, flags, (u64)ctor, 0);
}

noinline struct kmem_cache *kmem_cache_create_dtor(const char *name, size_t size, size_t align, unsigned long flags,
						   kmem_cache_ctor_t ctor, kmem_cache_dtor_t dtor)
{
	return (void *)TRAP(TRAP_KMEM_CACHE_CREATE, (u64)name, size, align, flags, (u64)ctor, (u64)dtor);
}

static noinline void *rare_cache_alloc(struct kmem_cache *cachep, gfp_t gfp_mask)
{
	return cache_alloc(cachep, gfp_mask, CALLER, FRAME);
}

SHORT_WAY void *kmem_cache_alloc(struct kmem_cache *cachep, gfp_t gfp_mask)
{
	void *objp;

	if (unlikely(!pop(unless_rare(rarely(!cachep) ? &no_cache : cachep, gfp_mask, 0), &objp)))
		GO_ON_TO rare_cache_alloc(cachep, gfp_mask);
	note_allocation(objp, gfp_mask, CALLER);
	return objp;
}

noinline void *kmem_cache_zalloc(struct kmem_cache *cachep, gfp_t gfp_mask)
{
	return cache_alloc(cachep, gfp_mask | __GFP_ZERO, CALLER, FRAME);
}

static noinline void rare_cache_free(struct kmem_cache *cachep, void *objp)
{
	note_free(objp, CALLER);
	slow_path(TRAP_KMEM_CACHE_FREE, (u64)cachep, (u64)objp, CALLER, FRAME);
}

SHORT_WAY void kmem_cache_free(struct kmem_cache *cachep, void *objp)
{
	struct kmem_cache *usual = rarely(!cachep) ? &no_cache : cachep;

	if (unlikely(!push(rarely(!pcpu_hot.slab_fast_pfns) ? &no_cache : usual, objp)))
		GO_ON_TO rare_cache_free(cachep, objp);
	note_free(objp, CALLER);
}

noinline int kmem_cache_shrink(struct kmem_cache *cachep)
{
	return TRAP(TRAP_KMEM_CACHE_SHRINK, (u64)cachep);
}

noinline void kmem_cache_destroy(struct kmem_cache *cachep)
{
	TRAP(TRAP_KMEM_CACHE_DESTROY, (u64)cachep);
}
