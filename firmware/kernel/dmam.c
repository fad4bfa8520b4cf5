// SPDX-License-Identifier: GPL-2.0-only
/* Coherent memory and pools that go with their device's driver. drivers/base/dma-mapping.c, dmapool.c */
#if __has_include(<linux/devres.h>)
#include <linux/bug.h>
#include <linux/device.h>
#include <linux/devres.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>

struct dma_devres {
	size_t size;
	void *virt;
	dma_addr_t dma_handle;
};

static void dmam_coherent_release(struct device *dev, void *res)
{
	struct dma_devres *memory = res;

	dma_free_coherent(dev, memory->size, memory->virt, memory->dma_handle);
}

static int dmam_match(struct device *dev, void *res, void *data)
{
	struct dma_devres *memory = res, *wanted = data;

	if (memory->virt != wanted->virt)
		return 0;
	WARN_ON(memory->size != wanted->size || memory->dma_handle != wanted->dma_handle);
	return 1;
}

void *dmam_alloc_coherent(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp_mask)
{
	struct dma_devres *memory = devres_alloc(dmam_coherent_release, sizeof(*memory), gfp_mask);
	void *virt = memory ? dma_alloc_coherent(dev, size, dma_handle, gfp_mask) : NULL;

	if (!virt) {
		devres_free(memory);
		return NULL;
	}
	*memory = (struct dma_devres) { size, virt, *dma_handle };
	devres_add(dev, memory);
	return virt;
}

/* In 2.6.24's order: first the memory, then the record of it. */
void dmam_free_coherent(struct device *dev, size_t size, void *virt, dma_addr_t dma_handle)
{
	struct dma_devres wanted = { size, virt, dma_handle };

	dma_free_coherent(dev, size, virt, dma_handle);
	WARN_ON(devres_destroy(dev, dmam_coherent_release, dmam_match, &wanted));
}

static void dmam_pool_release(struct device *dev, void *res)
{
	dma_pool_destroy(*(struct dma_pool **)res);
}

static int dmam_pool_match(struct device *dev, void *res, void *data)
{
	return *(struct dma_pool **)res == data;
}

struct dma_pool *dmam_pool_create(const char *name, struct device *dev, size_t size, size_t align, size_t allocation)
{
	struct dma_pool **res = devres_alloc(dmam_pool_release, sizeof(*res), GFP_KERNEL);
	struct dma_pool *pool = res ? dma_pool_create(name, dev, size, align, allocation) : NULL;

	if (!pool) {
		devres_free(res);
		return NULL;
	}
	*res = pool;
	devres_add(dev, res);
	return pool;
}

void dmam_pool_destroy(struct dma_pool *pool)
{
	struct device *dev = pool->dev;

	WARN_ON(devres_destroy(dev, dmam_pool_release, dmam_pool_match, pool));
	dma_pool_destroy(pool);
}
#else
typedef int not_without_devres;
#endif
