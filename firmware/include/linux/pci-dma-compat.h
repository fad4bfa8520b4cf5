/* SPDX-License-Identifier: GPL-2.0-only */
/* The DMA API by its names for PCI, which Linux had until 5.17. Macros: the caller that is told of is the driver. */
#ifndef LINUX_PCI_DMA_COMPAT_H
#define LINUX_PCI_DMA_COMPAT_H

#include <kernel/api.h>
#include <linux/dma-mapping.h>

#if API_BEFORE(5, 18) || !defined(MODULE)
#define PCI_DMA_BIDIRECTIONAL DMA_BIDIRECTIONAL
#define PCI_DMA_TODEVICE DMA_TO_DEVICE
#define PCI_DMA_FROMDEVICE DMA_FROM_DEVICE
#define PCI_DMA_NONE DMA_NONE

#define pci_set_dma_mask(pdev, mask) dma_set_mask(&(pdev)->dev, (mask))
#define pci_set_consistent_dma_mask(pdev, mask) dma_set_coherent_mask(&(pdev)->dev, (mask))
#define pci_alloc_consistent(pdev, size, handle) dma_alloc_coherent(&(pdev)->dev, (size), (handle), GFP_ATOMIC)
#define pci_zalloc_consistent(pdev, size, handle) \
	dma_alloc_coherent(&(pdev)->dev, (size), (handle), GFP_ATOMIC | __GFP_ZERO)
#define pci_free_consistent(pdev, size, virt, dma_addr) dma_free_coherent(&(pdev)->dev, (size), (virt), (dma_addr))
#define pci_map_single(pdev, virt, size, direction) \
	dma_map_single(&(pdev)->dev, (virt), (size), (enum dma_data_direction)(direction))
#define pci_unmap_single(pdev, dma_addr, size, direction) \
	dma_unmap_single(&(pdev)->dev, (dma_addr), (size), (enum dma_data_direction)(direction))
#define pci_map_page(pdev, page, offset, size, direction) \
	dma_map_page(&(pdev)->dev, (page), (offset), (size), (enum dma_data_direction)(direction))
#define pci_unmap_page(pdev, dma_addr, size, direction) \
	dma_unmap_page(&(pdev)->dev, (dma_addr), (size), (enum dma_data_direction)(direction))
#define pci_map_sg(pdev, sg, nents, direction) \
	dma_map_sg(&(pdev)->dev, (sg), (nents), (enum dma_data_direction)(direction))
#define pci_unmap_sg(pdev, sg, nents, direction) \
	dma_unmap_sg(&(pdev)->dev, (sg), (nents), (enum dma_data_direction)(direction))
#define pci_dma_sync_single_for_cpu(pdev, dma_addr, size, direction) \
	dma_sync_single_for_cpu(&(pdev)->dev, (dma_addr), (size), (enum dma_data_direction)(direction))
#define pci_dma_sync_single_for_device(pdev, dma_addr, size, direction) \
	dma_sync_single_for_device(&(pdev)->dev, (dma_addr), (size), (enum dma_data_direction)(direction))
#if API_BEFORE(2, 7)
#define pci_dma_mapping_error(dma_addr) dma_mapping_error(dma_addr)
#else
#define pci_dma_mapping_error(pdev, dma_addr) dma_mapping_error(&(pdev)->dev, (dma_addr))
#endif
#define pci_pool dma_pool
#define pci_pool_create(name, pdev, size, align, allocation) \
	dma_pool_create((name), &(pdev)->dev, (size), (align), (allocation))
#define pci_pool_destroy dma_pool_destroy
#define pci_pool_alloc dma_pool_alloc
#define pci_pool_free dma_pool_free
#endif

#endif
