/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The allocations of a recorded kernel as a list of operations, in the fw_cfg file WORKLOAD_FILE:
 * one struct workload_header, cache_count times struct workload_cache, op_count times struct workload_op.
 * Little-endian, no gaps. An object id is a slot that holds one live allocation at a time; a slot may be used again.
 */
#ifndef KERNEL_WORKLOAD_H
#define KERNEL_WORKLOAD_H

#include <kernel/types.h>

#define WORKLOAD_FILE "opt/dmalab/workload"
#define WORKLOAD_MAGIC 0x4b4c5744	/* "DWLK" */
#define WORKLOAD_VERSION 1
#define WORKLOAD_NAME_LEN 32
#define WORKLOAD_CACHES_MAX 512
#define WORKLOAD_OBJECTS_MAX (1 << 19)

struct workload_header {
	u32 magic;
	u32 version;
	u32 cache_count;
	u32 object_count;		/* ids are 0 .. object_count - 1 */
	u32 op_count;
	u32 reserved[3];
};

struct workload_cache {
	char name[WORKLOAD_NAME_LEN];	/* ends in NUL */
	u32 size;			/* bytes */
	u32 align;			/* bytes */
	u32 flags;			/* SLAB_* */
	u32 reserved;
};

enum workload_operation {
	WORKLOAD_KMALLOC = 1,		/* object, size, gfp_mask */
	WORKLOAD_KFREE,			/* object */
	WORKLOAD_CACHE_CREATE,		/* cache */
	WORKLOAD_CACHE_ALLOC,		/* cache, object, gfp_mask */
	WORKLOAD_CACHE_FREE,		/* cache, object */
	WORKLOAD_CACHE_DESTROY,		/* cache */
	WORKLOAD_PAGES_ALLOC,		/* object, order, gfp_mask */
	WORKLOAD_PAGES_FREE,		/* object, order */
};

struct workload_op {
	u8 operation;			/* enum workload_operation */
	u8 order;
	u16 cache;			/* index into the table of caches */
	u32 object;
	u32 size;			/* bytes */
	u32 gfp_mask;
};

/* Counted while replaying, in guest RAM for the host to read at the checkpoint "workload-done". */
struct workload_report {
	u32 operations;
	u32 allocations;
	u32 frees;
	u32 failures;			/* allocations that gave NULL */
	u32 refused;			/* malformed operations, skipped */
	u32 left;			/* objects alive at the end of the list, then freed */
};

#endif
