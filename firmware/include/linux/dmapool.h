/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocks of one size out of coherent memory. */
#ifndef LINUX_DMAPOOL_H
#define LINUX_DMAPOOL_H

#include <kernel/dma.h>
#include <linux/device.h>
#include <linux/gfp.h>

/* `allocation` is what no block crosses, 0 for nothing; it must be a power of two then. */
struct dma_pool *dma_pool_create(const char *name, struct device *dev, size_t size, size_t align, size_t allocation);
/* May sleep. All blocks must have been freed. */
void dma_pool_destroy(struct dma_pool *pool);
/* With __GFP_WAIT it comes back with a block, or never. */
void *dma_pool_alloc(struct dma_pool *pool, gfp_t gfp_mask, dma_addr_t *dma_handle);
void *dma_pool_zalloc(struct dma_pool *pool, gfp_t gfp_mask, dma_addr_t *dma_handle);
void dma_pool_free(struct dma_pool *pool, void *virt, dma_addr_t dma_addr);

#if __has_include(<linux/devres.h>)
/* Managed: destroyed when the driver lets go of the device. */
struct dma_pool *dmam_pool_create(const char *name, struct device *dev, size_t size, size_t align, size_t allocation);
void dmam_pool_destroy(struct dma_pool *pool);
#endif

#endif
