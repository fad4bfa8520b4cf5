// SPDX-License-Identifier: GPL-2.0-only
/* The DMA API's way into the Python kernel. arch/x86/kernel/pci-dma_64.c, drivers/base/dmapool.c */
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/interrupt.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "kernel.h"
#include "trap.h"

#define POOL_TIMEOUT_JIFFIES (HZ / 10)
#define BOUNCE_SIZE (128UL << 11)	/* bytes; the longest run of slots */

noinline int dma_supported(struct device *dev, u64 mask)
{
	return TRAP(TRAP_DMA_SUPPORTED, (u64)dev, mask);
}

noinline int dma_set_mask(struct device *dev, u64 mask)
{
	return TRAP(TRAP_DMA_SET_MASK, (u64)dev, mask);
}

noinline int dma_set_coherent_mask(struct device *dev, u64 mask)
{
	return TRAP(TRAP_DMA_SET_COHERENT_MASK, (u64)dev, mask);
}

noinline void *dma_alloc_coherent(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp_mask)
{
	might_sleep_if(gfp_mask & __GFP_WAIT);
	return (void *)TRAP(TRAP_DMA_ALLOC_COHERENT, (u64)dev, size, (u64)dma_handle, gfp_mask);
}

noinline void dma_free_coherent(struct device *dev, size_t size, void *virt, dma_addr_t dma_handle)
{
	TRAP(TRAP_DMA_FREE_COHERENT, (u64)dev, size, (u64)virt, dma_handle, irqs_disabled());
}

noinline dma_addr_t dma_map_single_attrs(struct device *dev, void *virt, size_t size,
					 enum dma_data_direction direction, unsigned long attrs)
{
	return TRAP(TRAP_DMA_MAP_SINGLE, (u64)dev, (u64)virt, size, direction, attrs);
}

noinline void dma_unmap_single_attrs(struct device *dev, dma_addr_t dma_addr, size_t size,
				     enum dma_data_direction direction, unsigned long attrs)
{
	TRAP(TRAP_DMA_UNMAP_SINGLE, (u64)dev, dma_addr, size, direction, attrs);
}

noinline dma_addr_t dma_map_page_attrs(struct device *dev, struct page *page, size_t offset, size_t size,
				       enum dma_data_direction direction, unsigned long attrs)
{
	return TRAP(TRAP_DMA_MAP_PAGE, (u64)dev, (u64)page, offset, size, direction, attrs);
}

noinline void dma_unmap_page_attrs(struct device *dev, dma_addr_t dma_addr, size_t size,
				   enum dma_data_direction direction, unsigned long attrs)
{
	TRAP(TRAP_DMA_UNMAP_PAGE, (u64)dev, dma_addr, size, direction, attrs);
}

noinline int dma_map_sg_attrs(struct device *dev, struct scatterlist *sgl, int nents,
			      enum dma_data_direction direction, unsigned long attrs)
{
	return TRAP(TRAP_DMA_MAP_SG, (u64)dev, (u64)sgl, nents, direction, attrs);
}

noinline void dma_unmap_sg_attrs(struct device *dev, struct scatterlist *sgl, int nents,
				 enum dma_data_direction direction, unsigned long attrs)
{
	TRAP(TRAP_DMA_UNMAP_SG, (u64)dev, (u64)sgl, nents, direction, attrs);
}

noinline int dma_mapping_failed(struct device *dev, dma_addr_t dma_addr)
{
	return TRAP(TRAP_DMA_MAPPING_ERROR, (u64)dev, dma_addr);
}

noinline void dma_sync_single_for_cpu(struct device *dev, dma_addr_t dma_addr, size_t size,
				      enum dma_data_direction direction)
{
	TRAP(TRAP_DMA_SYNC_SINGLE_FOR_CPU, (u64)dev, dma_addr, size, direction);
}

noinline void dma_sync_single_for_device(struct device *dev, dma_addr_t dma_addr, size_t size,
					 enum dma_data_direction direction)
{
	TRAP(TRAP_DMA_SYNC_SINGLE_FOR_DEVICE, (u64)dev, dma_addr, size, direction);
}

noinline void dma_sync_single_range_for_cpu(struct device *dev, dma_addr_t dma_addr, unsigned long offset,
					    size_t size, enum dma_data_direction direction)
{
	TRAP(TRAP_DMA_SYNC_SINGLE_RANGE_FOR_CPU, (u64)dev, dma_addr, offset, size, direction);
}

noinline void dma_sync_single_range_for_device(struct device *dev, dma_addr_t dma_addr, unsigned long offset,
					       size_t size, enum dma_data_direction direction)
{
	TRAP(TRAP_DMA_SYNC_SINGLE_RANGE_FOR_DEVICE, (u64)dev, dma_addr, offset, size, direction);
}

noinline void dma_sync_sg_for_cpu(struct device *dev, struct scatterlist *sgl, int nents,
				  enum dma_data_direction direction)
{
	TRAP(TRAP_DMA_SYNC_SG_FOR_CPU, (u64)dev, (u64)sgl, nents, direction);
}

noinline void dma_sync_sg_for_device(struct device *dev, struct scatterlist *sgl, int nents,
				     enum dma_data_direction direction)
{
	TRAP(TRAP_DMA_SYNC_SG_FOR_DEVICE, (u64)dev, (u64)sgl, nents, direction);
}

size_t dma_max_mapping_size(struct device *dev)
{
	return dma_ops == DMA_OPS_SWIOTLB ? BOUNCE_SIZE : ~0UL;
}

/* The least mask that holds all of RAM: what a device needs so that nothing bounces. */
u64 dma_get_required_mask(struct device *dev)
{
	u64 last = (max_pfn << 12) - 1;

	return ~0UL >> __builtin_clzl(last);
}

noinline struct dma_pool *dma_pool_create(const char *name, struct device *dev, size_t size, size_t align,
					  size_t allocation)
{
	return (void *)TRAP(TRAP_DMA_POOL_CREATE, (u64)name, (u64)dev, size, align, allocation);
}

noinline void dma_pool_destroy(struct dma_pool *pool)
{
	TRAP(TRAP_DMA_POOL_DESTROY, (u64)pool, in_interrupt() || irqs_disabled());
}

/* 2.6.24 also wakes up who sleeps here when a block is freed; here he finds it when he looks next. */
noinline void *dma_pool_alloc(struct dma_pool *pool, gfp_t gfp_mask, dma_addr_t *dma_handle)
{
	void *virt;

	for (u64 attempt = 0;; attempt++) {
		virt = (void *)TRAP(TRAP_DMA_POOL_ALLOC, (u64)pool, gfp_mask, (u64)dma_handle, attempt);
		if (virt || !(gfp_mask & __GFP_WAIT))
			return virt;
		schedule_timeout_uninterruptible(POOL_TIMEOUT_JIFFIES);
	}
}

noinline void *dma_pool_zalloc(struct dma_pool *pool, gfp_t gfp_mask, dma_addr_t *dma_handle)
{
	void *virt;

	for (u64 attempt = 0;; attempt++) {
		virt = (void *)TRAP(TRAP_DMA_POOL_ALLOC, (u64)pool, gfp_mask, (u64)dma_handle, attempt);
		if (virt)
			return memset(virt, 0, pool->size);
		if (!(gfp_mask & __GFP_WAIT))
			return NULL;
		schedule_timeout_uninterruptible(POOL_TIMEOUT_JIFFIES);
	}
}

noinline void dma_pool_free(struct dma_pool *pool, void *virt, dma_addr_t dma_addr)
{
	TRAP(TRAP_DMA_POOL_FREE, (u64)pool, (u64)virt, dma_addr);
}
