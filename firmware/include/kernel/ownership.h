/* SPDX-License-Identifier: GPL-2.0-only */
/* What the laboratory remembers of DMA mappings beyond those that are live: who owns what, and who owned it before. */
#ifndef KERNEL_OWNERSHIP_H
#define KERNEL_OWNERSHIP_H

#include <kernel/device.h>

enum ownership_limits {
	DMA_HISTORY = 256,		/* mappings taken down, the latest; a power of two */
	DMA_CPU_RANGES = 256,		/* handed to the CPU at one time */
	DMA_HISTORY_BACKTRACE = 8,
};

/* A mapping that was taken down. */
struct dma_unmapped {
	struct device *dev;		/* NULL: the slot was never used */
	dma_addr_t dma_addr;
	u64 size;			/* bytes */
	void *cpu_addr;
	u32 type;			/* enum dma_mapping_type */
	u32 direction;			/* enum dma_data_direction */
	u64 unmapped_at_ns;
	u64 mapped_by[DMA_HISTORY_BACKTRACE];	/* return addresses, innermost first, 0-terminated if short */
	u64 unmapped_by[DMA_HISTORY_BACKTRACE];
};

/* A part of a mapping that dma_sync_*_for_cpu() gave to the CPU, until dma_sync_*_for_device() or the mapping's end. */
struct dma_cpu_range {
	struct device *dev;
	dma_addr_t dma_addr;
	u64 size;			/* bytes */
};

#endif
