/* SPDX-License-Identifier: GPL-2.0-only */
/* The DMA layer: lists of pieces, which way bus addresses are made, and the table of live mappings. */
#ifndef KERNEL_DMA_H
#define KERNEL_DMA_H

#include <kernel/device.h>

/* One piece of a buffer. include/asm-x86/scatterlist_64.h */
struct scatterlist {
	unsigned long page_link;	/* struct page *, or the next array; the low bits are enum sg_link */
	unsigned int offset;
	unsigned int length;
	dma_addr_t dma_address;
	unsigned int dma_length;
};

enum sg_link { SG_CHAIN = 1, SG_LAST = 2, SG_LINK_BITS = 3 };

/* Blocks of one size out of coherent memory. drivers/base/dmapool.c */
struct dma_pool {
	struct list_head page_list;	/* of struct dma_page, the newest first */
	arch_spinlock_t lock;
	size_t blocks_per_page;
	size_t size;			/* bytes of a block */
	struct device *dev;
	size_t allocation;		/* bytes that a struct dma_page stands for */
	char name[32];
	struct __wait_queue_head waitq;	/* those who wait for a block */
	struct list_head pools;		/* dev->dma_pools */
};

/* A piece of coherent memory that blocks are cut from. The bitmap goes on for as many words as blocks need. */
struct dma_page {
	struct list_head page_list;
	void *vaddr;
	dma_addr_t dma;
	unsigned int in_use;
	unsigned long bitmap[0];	/* 1: the block is free */
};

/* Which set of operations dma_ops stands for. */
enum dma_ops_kind { DMA_OPS_NONE = 0, DMA_OPS_NOMMU, DMA_OPS_SWIOTLB };

/* The variables of the DMA layer that guest code reads; the rest is in kernel/dma_statics.c. */
extern u32 dma_ops;			/* enum dma_ops_kind */


enum dma_limits {
	DMA_MAPPING_SLOTS = 4096,	/* a power of two; slots of the hash, ... */
	DMA_MAPPINGS_MAX = 2048,	/* ... half of which may be taken, so that searches stay short */
};

#endif
