/* SPDX-License-Identifier: GPL-2.0-only */
/* struct device as the DMA layer sees it: the members of include/linux/device.h that decide where memory may lie. */
#ifndef KERNEL_DEVICE_H
#define KERNEL_DEVICE_H

#include <kernel/types.h>

enum dma_data_direction {
	DMA_BIDIRECTIONAL = 0,
	DMA_TO_DEVICE = 1,
	DMA_FROM_DEVICE = 2,
	DMA_NONE = 3,
};

struct device {
	const char *bus_id;		/* "0000:00:04.0", "isa_pattern" */
	const char *driver_name;	/* NULL while unbound */
	u64 *dma_mask;			/* NULL: cannot do streaming DMA */
	u64 coherent_dma_mask;
	void *driver_data;
};

/* One live DMA mapping: what the laboratory must know to judge a transfer. On the list dma_mappings, in guest RAM. */
#define DMA_BACKTRACE_DEPTH 8
enum dma_mapping_type { DMA_MAPPING_FREE = 0, DMA_MAPPING_SINGLE, DMA_MAPPING_COHERENT };

struct dma_mapping {
	struct device *dev;
	dma_addr_t dma_addr;
	u64 size;			/* bytes */
	void *cpu_addr;
	u32 type;			/* enum dma_mapping_type */
	u32 direction;			/* enum dma_data_direction */
	u64 mapped_at_ns;		/* virtual time */
	u64 backtrace[DMA_BACKTRACE_DEPTH];	/* return addresses, innermost first, 0-terminated if short */
};

#endif
