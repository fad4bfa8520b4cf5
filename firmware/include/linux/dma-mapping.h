/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that devices reach. Names of all ages: 2.6.24 has those without attributes, and the masks by number. */
#ifndef LINUX_DMA_MAPPING_H
#define LINUX_DMA_MAPPING_H

#include <asm/page.h>
#include <kernel/dma.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/scatterlist.h>
#include <linux/version.h>

#define DMA_BIT_MASK(n) ((n) == 64 ? ~0ULL : (1ULL << (n)) - 1)
#define DMA_64BIT_MASK DMA_BIT_MASK(64)
#define DMA_48BIT_MASK DMA_BIT_MASK(48)
#define DMA_40BIT_MASK DMA_BIT_MASK(40)
#define DMA_39BIT_MASK DMA_BIT_MASK(39)
#define DMA_35BIT_MASK DMA_BIT_MASK(35)
#define DMA_32BIT_MASK DMA_BIT_MASK(32)
#define DMA_31BIT_MASK DMA_BIT_MASK(31)
#define DMA_30BIT_MASK DMA_BIT_MASK(30)
#define DMA_29BIT_MASK DMA_BIT_MASK(29)
#define DMA_28BIT_MASK DMA_BIT_MASK(28)
#define DMA_24BIT_MASK DMA_BIT_MASK(24)
#define DMA_MASK_NONE 0ULL

/*
 * Attributes of later kernels. Only DMA_ATTR_SKIP_CPU_SYNC changes anything here: what bounces is then copied by
 * dma_sync_*() alone. The others say what this platform gives in any case, or nothing that it knows.
 */
#define DMA_ATTR_WEAK_ORDERING (1UL << 1)
#define DMA_ATTR_WRITE_COMBINE (1UL << 2)
#define DMA_ATTR_NON_CONSISTENT (1UL << 3)
#define DMA_ATTR_NO_KERNEL_MAPPING (1UL << 4)
#define DMA_ATTR_SKIP_CPU_SYNC (1UL << 5)
#define DMA_ATTR_FORCE_CONTIGUOUS (1UL << 6)
#define DMA_ATTR_ALLOC_SINGLE_PAGES (1UL << 7)
#define DMA_ATTR_NO_WARN (1UL << 8)
#define DMA_ATTR_PRIVILEGED (1UL << 9)
#define DMA_MAPPING_ERROR (~(dma_addr_t)0)

/* What stands for a mapping that could not be made, where nothing bounces. Ask dma_mapping_error(). */
extern dma_addr_t bad_dma_address;

int dma_supported(struct device *dev, u64 mask);
int dma_set_mask(struct device *dev, u64 mask);
int dma_set_coherent_mask(struct device *dev, u64 mask);

void *dma_alloc_coherent(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp_mask);
void dma_free_coherent(struct device *dev, size_t size, void *virt, dma_addr_t dma_handle);

dma_addr_t dma_map_single_attrs(struct device *dev, void *virt, size_t size, enum dma_data_direction direction,
				unsigned long attrs);
void dma_unmap_single_attrs(struct device *dev, dma_addr_t dma_addr, size_t size,
			    enum dma_data_direction direction, unsigned long attrs);
dma_addr_t dma_map_page_attrs(struct device *dev, struct page *page, size_t offset, size_t size,
			      enum dma_data_direction direction, unsigned long attrs);
void dma_unmap_page_attrs(struct device *dev, dma_addr_t dma_addr, size_t size, enum dma_data_direction direction,
			  unsigned long attrs);
/* How many pieces it became; 0 where it failed. */
int dma_map_sg_attrs(struct device *dev, struct scatterlist *sgl, int nents, enum dma_data_direction direction,
		     unsigned long attrs);
void dma_unmap_sg_attrs(struct device *dev, struct scatterlist *sgl, int nents, enum dma_data_direction direction,
			unsigned long attrs);
int dma_mapping_failed(struct device *dev, dma_addr_t dma_addr);

void dma_sync_single_for_cpu(struct device *dev, dma_addr_t dma_addr, size_t size,
			     enum dma_data_direction direction);
void dma_sync_single_for_device(struct device *dev, dma_addr_t dma_addr, size_t size,
				enum dma_data_direction direction);
void dma_sync_single_range_for_cpu(struct device *dev, dma_addr_t dma_addr, unsigned long offset, size_t size,
				   enum dma_data_direction direction);
void dma_sync_single_range_for_device(struct device *dev, dma_addr_t dma_addr, unsigned long offset, size_t size,
				      enum dma_data_direction direction);
void dma_sync_sg_for_cpu(struct device *dev, struct scatterlist *sgl, int nents, enum dma_data_direction direction);
void dma_sync_sg_for_device(struct device *dev, struct scatterlist *sgl, int nents,
			    enum dma_data_direction direction);

/* Macros, so that the caller that the laboratory names is the driver. */
#define dma_map_single(dev, virt, size, direction) dma_map_single_attrs((dev), (virt), (size), (direction), 0)
#define dma_unmap_single(dev, dma_addr, size, direction) \
	dma_unmap_single_attrs((dev), (dma_addr), (size), (direction), 0)
#define dma_map_page(dev, page, offset, size, direction) \
	dma_map_page_attrs((dev), (page), (offset), (size), (direction), 0)
#define dma_unmap_page(dev, dma_addr, size, direction) dma_unmap_page_attrs((dev), (dma_addr), (size), (direction), 0)
#define dma_map_sg(dev, sgl, nents, direction) dma_map_sg_attrs((dev), (sgl), (nents), (direction), 0)
#define dma_unmap_sg(dev, sgl, nents, direction) dma_unmap_sg_attrs((dev), (sgl), (nents), (direction), 0)
#define dma_alloc_attrs(dev, size, handle, gfp_mask, attrs) dma_alloc_coherent((dev), (size), (handle), (gfp_mask))
#define dma_free_attrs(dev, size, virt, handle, attrs) dma_free_coherent((dev), (size), (virt), (handle))
#define dma_zalloc_coherent(dev, size, handle, gfp_mask) \
	dma_alloc_coherent((dev), (size), (handle), (gfp_mask) | __GFP_ZERO)
#define dma_alloc_noncoherent(dev, size, handle, direction, gfp_mask) \
	dma_alloc_coherent((dev), (size), (handle), (gfp_mask))
#define dma_free_noncoherent(dev, size, virt, handle, direction) dma_free_coherent((dev), (size), (virt), (handle))
struct vm_area_struct;
int dma_mmap_attrs(struct device *dev, struct vm_area_struct *vma, void *virt, dma_addr_t dma_addr, size_t size,
		   unsigned long attrs);
#define dma_mmap_coherent(dev, vma, virt, handle, size) dma_mmap_attrs((dev), (vma), (virt), (handle), (size), 0)
#define dma_mmap_wc dma_mmap_coherent
#define dma_mmap_writecombine dma_mmap_coherent
#define dma_can_mmap(dev) ((void)(dev), true)
#define dma_alloc_writecombine dma_alloc_coherent
#define dma_free_writecombine dma_free_coherent
#define dma_alloc_wc dma_alloc_coherent
#define dma_free_wc dma_free_coherent

#if LINUX_VERSION_CODE < KERNEL_VERSION(2, 6, 27)
#define dma_mapping_error(dma_addr) dma_mapping_failed(NULL, (dma_addr))
#else
#define dma_mapping_error(dev, dma_addr) dma_mapping_failed((dev), (dma_addr))
#endif

/* Both masks or none. */
#define dma_set_mask_and_coherent(dev, mask) ({						\
	struct device *_dev = (dev);							\
	u64 _both = (mask);								\
	int _refused = dma_set_mask(_dev, _both);					\
	if (!_refused)									\
		dma_set_coherent_mask(_dev, _both);					\
	_refused;									\
})
/* The same for a device that nobody gave a mask to point to. */
#define dma_coerce_mask_and_coherent(dev, mask) \
	((dev)->dma_mask = &(dev)->coherent_dma_mask, dma_set_mask_and_coherent((dev), (mask)))

#define dma_map_sgtable(dev, table, direction, attrs) ({				\
	struct sg_table *_table = (table);						\
	int _nents = dma_map_sg_attrs((dev), _table->sgl, _table->orig_nents, (direction), (attrs)); \
	_table->nents = _nents;								\
	_nents ? 0 : -EIO;								\
})
#define dma_unmap_sgtable(dev, table, direction, attrs) \
	dma_unmap_sg_attrs((dev), (table)->sgl, (table)->orig_nents, (direction), (attrs))
#define dma_sync_sgtable_for_cpu(dev, table, direction) \
	dma_sync_sg_for_cpu((dev), (table)->sgl, (table)->orig_nents, (direction))
#define dma_sync_sgtable_for_device(dev, table, direction) \
	dma_sync_sg_for_device((dev), (table)->sgl, (table)->orig_nents, (direction))

/* What a device says of the pieces that it takes. */
static inline struct device_dma_parameters *dev_dma_parms(struct device *dev)
{
	if (!dev->dma_parms)
		dev->dma_parms = &dev->own_dma_parms;
	return dev->dma_parms;
}

static inline unsigned int dma_get_max_seg_size(struct device *dev)
{
	return dev->dma_parms && dev->dma_parms->max_segment_size ? dev->dma_parms->max_segment_size : 65536;
}

static inline int dma_set_max_seg_size(struct device *dev, unsigned int size)
{
	dev_dma_parms(dev)->max_segment_size = size;
	return 0;
}

static inline unsigned long dma_get_seg_boundary(struct device *dev)
{
	return dev->dma_parms && dev->dma_parms->segment_boundary_mask ? dev->dma_parms->segment_boundary_mask
								       : 0xffffffff;
}

static inline int dma_set_seg_boundary(struct device *dev, unsigned long mask)
{
	dev_dma_parms(dev)->segment_boundary_mask = mask;
	return 0;
}

static inline int dma_set_min_align_mask(struct device *dev, unsigned int mask)
{
	dev_dma_parms(dev)->min_align_mask = mask;
	return 0;
}

#define pci_set_dma_max_seg_size(pdev, size) dma_set_max_seg_size(&(pdev)->dev, (size))
#define pci_set_dma_seg_boundary(pdev, mask) dma_set_seg_boundary(&(pdev)->dev, (mask))

/* 128 slots of 2 KiB where something may bounce. */
size_t dma_max_mapping_size(struct device *dev);
u64 dma_get_required_mask(struct device *dev);

static inline int dma_get_cache_alignment(void)
{
	return L1_CACHE_BYTES;
}

static inline int dma_is_consistent(struct device *dev, dma_addr_t dma_addr)
{
	return 1;
}

/* Members that keep what an unmapping needs. */
#define DECLARE_PCI_UNMAP_ADDR(name) dma_addr_t name;
#define DECLARE_PCI_UNMAP_LEN(name) u32 name;
#define pci_unmap_addr(p, name) ((p)->name)
#define pci_unmap_addr_set(p, name, value) ((p)->name = (value))
#define pci_unmap_len(p, name) ((p)->name)
#define pci_unmap_len_set(p, name, value) ((p)->name = (value))
#define DEFINE_DMA_UNMAP_ADDR(name) dma_addr_t name
#define DEFINE_DMA_UNMAP_LEN(name) u32 name
#define dma_unmap_addr(p, name) ((p)->name)
#define dma_unmap_addr_set(p, name, value) ((p)->name = (value))
#define dma_unmap_len(p, name) ((p)->name)
#define dma_unmap_len_set(p, name, value) ((p)->name = (value))

#if __has_include(<linux/devres.h>)
/* Managed: given back when the driver lets go of the device. */
void *dmam_alloc_coherent(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp_mask);
void dmam_free_coherent(struct device *dev, size_t size, void *virt, dma_addr_t dma_handle);
#define dmam_alloc_noncoherent dmam_alloc_coherent
#define dmam_free_noncoherent dmam_free_coherent
#define dmam_alloc_attrs(dev, size, handle, gfp_mask, attrs) dmam_alloc_coherent((dev), (size), (handle), (gfp_mask))
#endif

#endif
