/* SPDX-License-Identifier: GPL-2.0-only */
/* struct device: first the members that decide where memory may lie, then those of the device model. */
#ifndef KERNEL_DEVICE_H
#define KERNEL_DEVICE_H

#include <kernel/kobject.h>
#include <kernel/types.h>

enum dma_data_direction {
	DMA_BIDIRECTIONAL = 0,
	DMA_TO_DEVICE = 1,
	DMA_FROM_DEVICE = 2,
	DMA_NONE = 3,
};

/* What a device says of the pieces that it can take; without one it has the defaults of dma_get_max_seg_size(). */
struct device_dma_parameters {
	unsigned int max_segment_size;
	unsigned int min_align_mask;	/* of later kernels: address bits that a bounce buffer must keep */
	unsigned long segment_boundary_mask;
};

struct device_driver;
struct bus_type;
struct device_type;
struct class;
struct attribute_group;

struct device {
	const char *bus_id;		/* "0000:00:04.0", "isa_pattern" */
	const char *driver_name;	/* NULL while unbound */
	u64 *dma_mask;			/* NULL: cannot do streaming DMA */
	u64 coherent_dma_mask;
	void *driver_data;
	struct device_dma_parameters *dma_parms;	/* NULL: the defaults */
	struct device_dma_parameters own_dma_parms;	/* where dma_parms points to if nobody brings any */
	struct list_head dma_pools;	/* of struct dma_pool; both links NULL while there was none */
	struct list_head devres_head;	/* of struct devres; both links NULL while there was none */
	struct device *parent;
	struct device_driver *driver;
	const char *init_name;
	struct kobject kobj;
	const struct bus_type *bus;
	const struct device_type *type;
	struct class *class;
	const struct attribute_group **groups;
	void (*release)(struct device *dev);
	void *platform_data;
	void *of_node;
	unsigned long dma_pfn_offset;	/* of 4.1 to 5.9: 0 where bus addresses are those of the processor */
	struct list_head class_node;	/* on the list of all devices of classes */
	u32 devt;
	u32 id;
	u8 created;			/* by device_create(): freed with its last user */
	u8 deferred;			/* a driver has asked to be tried again later */
};

/*
 * One live DMA mapping: what the laboratory must know to judge a transfer. In the table dma_mappings, in guest RAM.
 * A piece of a scatterlist has a record of its own. A block of a DMA pool lies in memory that has a record as well: the
 * coherent memory of the pool, marked DMA_MAPPING_IS_POOL, of which a device may only touch what blocks cover.
 */
#define DMA_BACKTRACE_DEPTH 8
enum dma_mapping_type {
	DMA_MAPPING_FREE = 0,
	DMA_MAPPING_SINGLE,
	DMA_MAPPING_COHERENT,
	DMA_MAPPING_PAGE,
	DMA_MAPPING_SG,
	DMA_MAPPING_POOL,		/* a block; its "direction" is DMA_BIDIRECTIONAL, as coherent memory's is */
};

enum dma_mapping_flags {
	DMA_MAPPING_ERROR_CHECKED = 1,	/* the driver has asked dma_mapping_error() */
	DMA_MAPPING_BOUNCED = 2,	/* [dma_addr, +size) is swiotlb's; the driver's bytes are at cpu_addr */
	DMA_MAPPING_IS_POOL = 4,
};

struct dma_mapping {
	struct device *dev;
	dma_addr_t dma_addr;
	u64 size;			/* bytes */
	void *cpu_addr;
	u32 type;			/* enum dma_mapping_type */
	u32 direction;			/* enum dma_data_direction */
	u64 mapped_at_ns;		/* virtual time */
	u64 backtrace[DMA_BACKTRACE_DEPTH];	/* return addresses, innermost first, 0-terminated if short */
	u32 flags;			/* enum dma_mapping_flags */
	u32 attrs;			/* DMA_ATTR_*, of later kernels */
	u32 sg_call_ents;		/* a piece: how many the driver passed ... */
	u32 sg_mapped_ents;		/* ... and how many it was told that they became; else 0 */
};

#endif
