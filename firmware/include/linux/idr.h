/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers for things: the lowest that is free. */
#ifndef LINUX_IDR_H
#define LINUX_IDR_H

#include <kernel/api.h>
#include <linux/xarray.h>

struct idr {
	struct xarray idr_rt;
	unsigned int idr_base;
	unsigned int idr_next;
};

struct ida {
	struct xarray xa;		/* of integers, each with the bits of IDA_BITS numbers */
};

#define IDA_BITS XA_VALUE_BITS
#define IDA_BITMAP_BITS 1024

#define IDR_INIT_BASE(name, base) { .idr_rt = XARRAY_INIT((name).idr_rt, 0), .idr_base = (base), .idr_next = 0 }
#define IDR_INIT(name) IDR_INIT_BASE(name, 0)
#define DEFINE_IDR(name) struct idr name = IDR_INIT(name)
#define IDA_INIT(name) { .xa = XARRAY_INIT((name).xa, XA_FLAGS_BITMAPS) }
#define DEFINE_IDA(name) struct ida name = IDA_INIT(name)

static inline void idr_init_base(struct idr *idr, int base)
{
	*idr = (struct idr)IDR_INIT_BASE(*idr, base);
}

#define idr_init(idr) idr_init_base((idr), 0)
int idr_alloc(struct idr *idr, void *pointer, int start, int end, gfp_t gfp_mask);
int idr_alloc_cyclic(struct idr *idr, void *pointer, int start, int end, gfp_t gfp_mask);
int idr_alloc_u32(struct idr *idr, void *pointer, u32 *id, unsigned long max, gfp_t gfp_mask);
void *idr_find(const struct idr *idr, unsigned long id);
void *idr_remove(struct idr *idr, unsigned long id);
void *idr_replace(struct idr *idr, void *pointer, unsigned long id);
void *idr_get_next(struct idr *idr, int *next);
int idr_for_each(const struct idr *idr, int (*function)(int id, void *pointer, void *data), void *data);
bool idr_is_empty(const struct idr *idr);
void idr_destroy(struct idr *idr);
#define idr_for_each_entry(idr, entry, id)						\
	for (id = 0; ((entry) = idr_get_next((idr), (int *)&(id))) != NULL; id += 1)
#define idr_for_each_entry_continue(idr, entry, id)					\
	for (; ((entry) = idr_get_next((idr), (int *)&(id))) != NULL; id += 1)
void *idr_get_next_ul(struct idr *idr, unsigned long *next);
#define idr_for_each_entry_ul(idr, entry, tmp, id)					\
	for (tmp = 0, id = 0; (entry) = tmp <= id ? idr_get_next_ul((idr), &(id)) : NULL, (entry) != NULL; \
	     tmp = id, ++id)
#define idr_for_each_entry_continue_ul(idr, entry, tmp, id)				\
	for (tmp = id; (entry) = tmp <= id ? idr_get_next_ul((idr), &(id)) : NULL, (entry) != NULL; \
	     tmp = id, ++id)
#define idr_preload(gfp_mask) preempt_disable()
#define idr_preload_end() preempt_enable()
#define idr_get_cursor(idr) READ_ONCE((idr)->idr_next)
#define idr_set_cursor(idr, value) WRITE_ONCE((idr)->idr_next, (value))

#if API_BEFORE(3, 14)
/* First memory, then the number, so that a lock can be held for the second. */
#define idr_pre_get(idr, gfp_mask) ((void)(idr), 1)
int __idr_get_new(struct idr *idr, void *pointer, int start, int *id);
#define idr_get_new(idr, pointer, id) __idr_get_new((idr), (pointer), 0, (id))
#define idr_get_new_above(idr, pointer, start, id) __idr_get_new((idr), (pointer), (start), (id))
#define idr_remove_all(idr) idr_destroy(idr)
#endif

static inline void ida_init(struct ida *ida)
{
	*ida = (struct ida)IDA_INIT(*ida);
}

int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp_mask);
void ida_free(struct ida *ida, unsigned int id);
void ida_destroy(struct ida *ida);
#define ida_alloc(ida, gfp_mask) ida_alloc_range((ida), 0, ~0U, (gfp_mask))
#define ida_alloc_min(ida, min, gfp_mask) ida_alloc_range((ida), (min), ~0U, (gfp_mask))
#define ida_alloc_max(ida, max, gfp_mask) ida_alloc_range((ida), 0, (max), (gfp_mask))
#if API_BEFORE(4, 19)
#define ida_pre_get(ida, gfp_mask) ((void)(ida), 1)
#define ida_get_new_above(ida, start, id) ({						\
	int _new = ida_alloc_min((ida), (start), GFP_ATOMIC);				\
											\
	*(id) = _new;									\
	_new < 0 ? _new : 0;								\
})
#define ida_get_new(ida, id) ida_get_new_above((ida), 0, (id))
#define ida_remove ida_free
#endif
#define ida_simple_get(ida, start, end, gfp_mask) ida_alloc_range((ida), (start), (end) - 1U, (gfp_mask))
#define ida_simple_remove ida_free
/* The first number that is taken, or -ENOENT. */
int ida_find_first_range(struct ida *ida, unsigned int min, unsigned int max);
#define ida_find_first(ida) ida_find_first_range((ida), 0, ~0U)
#define ida_exists(ida, id) (ida_find_first_range((ida), (id), (id)) == (int)(id))
#define ida_is_empty(ida) xa_empty(&(ida)->xa)

#endif
