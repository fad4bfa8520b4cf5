/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A real kernel's allocations, to be repeated by this one. The host puts one blob into fw_cfg (WORKLOAD_FILE): a
 * workload_header, `nr_caches` caches, `nr_ops` operations, nothing between them, little-endian.
 *
 * The guest keeps an array of `nr_slots` pointers. An allocating operation stores its result in slots[slot]; a freeing
 * one takes it from there and leaves NULL. The host sees to it that a slot is empty when it is filled, that what is
 * freed was allocated by the matching operation, and that everything is freed in the end; an allocation that fails is
 * counted, and the free of its empty slot is skipped.
 */
#ifndef KERNEL_WORKLOAD_H
#define KERNEL_WORKLOAD_H

#include <kernel/types.h>

#define WORKLOAD_FILE "opt/dmalab/workload"
#define WORKLOAD_MAGIC 0x4c574d44	/* "DMWL" */
#define WORKLOAD_VERSION 1
#define WORKLOAD_CACHE_NAME_LEN 24	/* with the closing 0 */

struct workload_header {
	u32 magic;
	u32 version;
	u32 nr_caches;
	u32 nr_ops;
	u32 nr_slots;
	u32 reserved[3];
};

struct workload_cache {
	char name[WORKLOAD_CACHE_NAME_LEN];
	u32 size;		/* bytes of an object, for kmem_cache_create() */
	u32 align;		/* 0: the allocator's choice */
};

enum workload_opcode {
	WORKLOAD_KMALLOC = 1,	/* slots[slot] = kmalloc(size, gfp_mask) */
	WORKLOAD_KFREE,		/* kfree(slots[slot]) */
	WORKLOAD_CACHE_ALLOC,	/* slots[slot] = kmem_cache_alloc(caches[cache], gfp_mask) */
	WORKLOAD_CACHE_FREE,	/* kmem_cache_free(caches[cache], slots[slot]) */
	WORKLOAD_GET_PAGES,	/* slots[slot] = __get_free_pages(gfp_mask, order) */
	WORKLOAD_FREE_PAGES,	/* free_pages(slots[slot], order) */
};

struct workload_op {
	u8 opcode;		/* enum workload_opcode */
	u8 order;
	u16 cache;		/* index */
	u32 slot;
	u32 size;		/* bytes */
	u32 gfp_mask;		/* 2.6.24's values */
};

/* Counted while replaying, in guest RAM (`workload_report`) for the host to read at the checkpoint "workload-done". */
struct workload_report {
	u32 allocations;	/* asked for */
	u32 frees;
	u32 failures;		/* allocations that gave NULL */
	u32 refused;		/* operations that make no sense, skipped */
};

#endif
