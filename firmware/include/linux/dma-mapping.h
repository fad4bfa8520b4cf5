/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that devices reach. */
#ifndef LINUX_DMA_MAPPING_H
#define LINUX_DMA_MAPPING_H

#include <linux/device.h>
#include <linux/gfp.h>

#define DMA_BIT_MASK(n) ((n) == 64 ? ~0ULL : (1ULL << (n)) - 1)
#define DMA_64BIT_MASK DMA_BIT_MASK(64)
#define DMA_32BIT_MASK DMA_BIT_MASK(32)
#define DMA_28BIT_MASK DMA_BIT_MASK(28)
#define DMA_24BIT_MASK DMA_BIT_MASK(24)

/* What stands for a mapping that could not be made. */
extern dma_addr_t bad_dma_address;

int dma_set_mask(struct device *dev, u64 mask);
int dma_set_coherent_mask(struct device *dev, u64 mask);
void *dma_alloc_coherent(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp_mask);
void dma_free_coherent(struct device *dev, size_t size, void *virt, dma_addr_t dma_handle);
dma_addr_t dma_map_single(struct device *dev, void *virt, size_t size, enum dma_data_direction direction);
void dma_unmap_single(struct device *dev, dma_addr_t dma_addr, size_t size, enum dma_data_direction direction);

static inline int dma_mapping_error(dma_addr_t dma_addr)
{
	return dma_addr == bad_dma_address;
}

#endif
