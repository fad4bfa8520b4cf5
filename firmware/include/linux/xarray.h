/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays of pointers, or of integers with one bit less, by any index: what is empty takes no memory. */
#ifndef LINUX_XARRAY_H
#define LINUX_XARRAY_H

#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#define XA_CHUNK_SHIFT 6
#define XA_CHUNK_SIZE (1UL << XA_CHUNK_SHIFT)
#define XA_MAX_MARKS 3

struct xarray {
	spinlock_t xa_lock;
	gfp_t xa_flags;
	void *xa_head;			/* struct xa_node, of whatever height is needed */
};

typedef unsigned int xa_mark_t;
#define XA_MARK_0 0U
#define XA_MARK_1 1U
#define XA_MARK_2 2U
#define XA_PRESENT 8U
#define XA_FREE_MARK XA_MARK_0

#define XA_FLAGS_LOCK_IRQ 1U
#define XA_FLAGS_LOCK_BH 2U
#define XA_FLAGS_TRACK_FREE 4U
#define XA_FLAGS_ZERO_BUSY 8U		/* numbers begin with 1 */
#define XA_FLAGS_ALLOC_WRAPPED 16U
#define XA_FLAGS_BITMAPS 32U		/* of integers, whose bits are what is given away */
#define XA_VALUE_BITS 62
#define XA_FLAGS_ALLOC XA_FLAGS_TRACK_FREE
#define XA_FLAGS_ALLOC1 (XA_FLAGS_TRACK_FREE | XA_FLAGS_ZERO_BUSY)

#define XARRAY_INIT(name, flags) { .xa_lock = __SPIN_LOCK_UNLOCKED((name).xa_lock), .xa_flags = (flags), .xa_head = NULL }
#define DEFINE_XARRAY_FLAGS(name, flags) struct xarray name = XARRAY_INIT(name, flags)
#define DEFINE_XARRAY(name) DEFINE_XARRAY_FLAGS(name, 0)
#define DEFINE_XARRAY_ALLOC(name) DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC)
#define DEFINE_XARRAY_ALLOC1(name) DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC1)

struct xa_limit {
	u32 max, min;
};

#define XA_LIMIT(_min, _max) (struct xa_limit) { .min = (_min), .max = (_max) }
#define xa_limit_32b XA_LIMIT(0, UINT_MAX)
#define xa_limit_31b XA_LIMIT(0, INT_MAX)
#define xa_limit_16b XA_LIMIT(0, USHRT_MAX)

/* Integers have the lowest bit set; what the array itself puts into a slot, the one above. */
#define XA_ZERO_ENTRY ((void *)(257UL << 2 | 2))
#define xa_mk_value(value) ((void *)((unsigned long)(value) << 1 | 1))
#define xa_to_value(entry) ((unsigned long)(entry) >> 1)
#define xa_is_value(entry) ((unsigned long)(entry) & 1)
#define xa_is_zero(entry) unlikely((entry) == XA_ZERO_ENTRY)
#define xa_tag_pointer(pointer, tag) ((void *)((unsigned long)(pointer) | (tag)))
#define xa_untag_pointer(entry) ((void *)((unsigned long)(entry) & ~3UL))
#define xa_pointer_tag(entry) ((unsigned int)((unsigned long)(entry) & 3))
#define xa_mk_internal(value) ((void *)((unsigned long)(value) << 2 | 2))
#define xa_to_internal(entry) ((unsigned long)(entry) >> 2)
#define xa_is_internal(entry) (((unsigned long)(entry) & 3) == 2)
#define xa_is_node(entry) (xa_is_internal(entry) && (unsigned long)(entry) > 4096)
#define xa_is_retry(entry) ((void)(entry), false)	/* nobody changes the array while another one looks */
#define xa_is_sibling(entry) ((void)(entry), false)
#define xa_is_advanced(entry) (xa_is_internal(entry) && (unsigned long)(entry) < (257UL << 2 | 2))
#define __xa_mk_error(error) ((void *)((unsigned long)(long)(error) << 2 | 2))

static inline bool xa_is_err(const void *entry)
{
	return unlikely(((unsigned long)entry & 3) == 2 && (unsigned long)entry >= (unsigned long)(-MAX_ERRNO * 4L));
}

static inline int xa_err(void *entry)
{
	return xa_is_err(entry) ? (long)entry >> 2 : 0;
}

static inline void xa_init_flags(struct xarray *xa, gfp_t flags)
{
	*xa = (struct xarray)XARRAY_INIT(*xa, flags);
}

#define xa_init(xa) xa_init_flags((xa), 0)
#define xa_empty(xa) ((xa)->xa_head == NULL)

void *xa_load(struct xarray *xa, unsigned long index);
/* The caller holds the lock; it is let go for no allocation. */
void *__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp_mask);
void *__xa_erase(struct xarray *xa, unsigned long index);
void *__xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp_mask);
int __xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp_mask);
int __xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp_mask);
int __xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next, gfp_t gfp_mask);
void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter);
void *xa_find_after(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter);
bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
bool xa_marked(const struct xarray *xa, xa_mark_t mark);
unsigned int xa_extract(struct xarray *xa, void **to, unsigned long start, unsigned long max, unsigned int n,
			xa_mark_t filter);
void xa_destroy(struct xarray *xa);

#define xa_lock(xa) spin_lock(&(xa)->xa_lock)
#define xa_unlock(xa) spin_unlock(&(xa)->xa_lock)
#define xa_trylock(xa) spin_trylock(&(xa)->xa_lock)
#define xa_lock_bh(xa) spin_lock_bh(&(xa)->xa_lock)
#define xa_unlock_bh(xa) spin_unlock_bh(&(xa)->xa_lock)
#define xa_lock_irq(xa) spin_lock_irq(&(xa)->xa_lock)
#define xa_unlock_irq(xa) spin_unlock_irq(&(xa)->xa_lock)
#define xa_lock_irqsave(xa, flags) spin_lock_irqsave(&(xa)->xa_lock, (flags))
#define xa_unlock_irqrestore(xa, flags) spin_unlock_irqrestore(&(xa)->xa_lock, (flags))

/* Here memory may be waited for, so that nothing is held: one CPU, and nobody comes between. */
#define __xa_checked(gfp_mask, call) ({ might_sleep_if(gfpflags_allow_blocking(gfp_mask)); (call); })
#define xa_store(xa, index, entry, gfp_mask) __xa_checked(gfp_mask, __xa_store((xa), (index), (entry), (gfp_mask)))
#define xa_erase(xa, index) __xa_erase((xa), (index))
#define xa_cmpxchg(xa, index, old, entry, gfp_mask)					\
	__xa_checked(gfp_mask, __xa_cmpxchg((xa), (index), (old), (entry), (gfp_mask)))
#define xa_insert(xa, index, entry, gfp_mask) __xa_checked(gfp_mask, __xa_insert((xa), (index), (entry), (gfp_mask)))
#define xa_alloc(xa, id, entry, limit, gfp_mask)					\
	__xa_checked(gfp_mask, __xa_alloc((xa), (id), (entry), (limit), (gfp_mask)))
#define xa_alloc_cyclic(xa, id, entry, limit, next, gfp_mask)				\
	__xa_checked(gfp_mask, __xa_alloc_cyclic((xa), (id), (entry), (limit), (next), (gfp_mask)))
#define __xa_set_mark xa_set_mark
#define __xa_clear_mark xa_clear_mark
#define xa_lock_nested(xa, subclass) xa_lock(xa)
#define xa_cmpxchg_bh xa_cmpxchg
#define xa_cmpxchg_irq xa_cmpxchg
#define xa_alloc_cyclic_bh xa_alloc_cyclic
#define xa_alloc_cyclic_irq xa_alloc_cyclic
#define xa_reserve_bh xa_reserve
#define xa_reserve_irq xa_reserve
#define xa_store_irq xa_store
#define xa_store_bh xa_store
#define xa_erase_irq xa_erase
#define xa_erase_bh xa_erase
#define xa_insert_irq xa_insert
#define xa_insert_bh xa_insert
#define xa_alloc_irq xa_alloc
#define xa_alloc_bh xa_alloc
#define xa_reserve(xa, index, gfp_mask) xa_err(xa_cmpxchg((xa), (index), NULL, XA_ZERO_ENTRY, (gfp_mask)))
#define xa_release(xa, index) ((void)__xa_cmpxchg((xa), (index), XA_ZERO_ENTRY, NULL, 0))

#define xa_for_each_range(xa, index, entry, first, last)				\
	for (index = (first), entry = xa_find((xa), &index, (last), XA_PRESENT); entry;	\
	     entry = xa_find_after((xa), &index, (last), XA_PRESENT))
#define xa_for_each_start(xa, index, entry, first) xa_for_each_range(xa, index, entry, first, ULONG_MAX)
#define xa_for_each(xa, index, entry) xa_for_each_start(xa, index, entry, 0)
#define xa_for_each_marked(xa, index, entry, filter)					\
	for (index = 0, entry = xa_find((xa), &index, ULONG_MAX, (filter)); entry;	\
	     entry = xa_find_after((xa), &index, ULONG_MAX, (filter)))

#include <linux/xa_state.h>

#endif
