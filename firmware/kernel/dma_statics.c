/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The static variables of the DMA layer. Only Python writes them, but C and debuggers see them under their Linux names.
 */
#include <kernel/dma.h>

/* Options of iommu=. arch/x86/kernel/pci-dma_64.c */
int iommu_merge, iommu_bio_merge, iommu_sac_force;
int no_iommu, force_iommu, panic_on_overflow, forbid_dac, swiotlb;
dma_addr_t bad_dma_address;

u32 dma_ops;			/* enum dma_ops_kind */

/* Stands in where a driver passes no device. */
struct device fallback_dev = {
	.bus_id = "fallback device",
	.dma_mask = &fallback_dev.coherent_dma_mask,
	.coherent_dma_mask = 0xffffffff,
};

/* Live mappings, hashed by dma_addr with linear probing; a slot of type DMA_MAPPING_FREE ends a search. */
struct dma_mapping dma_mappings[DMA_MAPPING_SLOTS];
u32 nr_dma_mappings;
u32 dma_mappings_lost;		/* 1 once the table has been full: from then on nothing is recorded */
