/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers for things: the lowest that is free. Up to IDR_MOST of them at once. */
#ifndef LINUX_IDR_H
#define LINUX_IDR_H

#include <linux/gfp.h>
#include <linux/types.h>

#define IDR_MOST 256

struct idr {
	void *slots[IDR_MOST];
	int base;
};

struct ida {
	unsigned long taken[IDR_MOST / 64];
};

#define IDR_INIT(name) { .base = 0 }
#define DEFINE_IDR(name) struct idr name = IDR_INIT(name)
#define IDA_INIT(name) { .taken = { 0 } }
#define DEFINE_IDA(name) struct ida name = IDA_INIT(name)

void idr_init(struct idr *idr);
int idr_alloc(struct idr *idr, void *pointer, int start, int end, gfp_t gfp_mask);
void *idr_find(const struct idr *idr, unsigned long id);
void *idr_remove(struct idr *idr, unsigned long id);
void *idr_replace(struct idr *idr, void *pointer, unsigned long id);
void *idr_get_next(struct idr *idr, int *next);
int idr_for_each(const struct idr *idr, int (*function)(int id, void *pointer, void *data), void *data);
bool idr_is_empty(const struct idr *idr);
void idr_destroy(struct idr *idr);
#define idr_for_each_entry(idr, entry, id)						\
	for (id = 0; ((entry) = idr_get_next((idr), &(id))) != NULL; id += 1)
#define idr_preload(gfp_mask) do {} while (0)
#define idr_preload_end() do {} while (0)

void ida_init(struct ida *ida);
int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp_mask);
void ida_free(struct ida *ida, unsigned int id);
void ida_destroy(struct ida *ida);
#define ida_alloc(ida, gfp_mask) ida_alloc_range((ida), 0, ~0U, (gfp_mask))
#define ida_alloc_min(ida, min, gfp_mask) ida_alloc_range((ida), (min), ~0U, (gfp_mask))
#define ida_alloc_max(ida, max, gfp_mask) ida_alloc_range((ida), 0, (max), (gfp_mask))
#define ida_simple_get(ida, start, end, gfp_mask) ida_alloc_range((ida), (start), (end) - 1U, (gfp_mask))
#define ida_simple_remove ida_free

#endif
