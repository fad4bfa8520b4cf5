/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The static variables of the DMA layer. Only Python writes them, but C and debuggers see them under their Linux names.
 */
#include <kernel/dma.h>

/* Options of iommu=. arch/x86/kernel/pci-dma_64.c */
int iommu_merge, iommu_bio_merge, iommu_sac_force;
int no_iommu, force_iommu, panic_on_overflow, forbid_dac, swiotlb;
int iommu_detected;		/* 1 where the board has one that the kernel uses: then nothing bounces */
dma_addr_t bad_dma_address;

u32 dma_ops;			/* enum dma_ops_kind */

/* Bounce buffers. lib/swiotlb.c */
int swiotlb_force;
char *io_tlb_start, *io_tlb_end;
unsigned long io_tlb_nslabs;
unsigned long io_tlb_overflow = 32 * 1024;
void *io_tlb_overflow_buffer;
unsigned int *io_tlb_list;	/* by slot: how many free ones follow to the segment's end, itself included; 0: taken */
unsigned int io_tlb_index;	/* where the next search starts */
unsigned char **io_tlb_orig_addr;	/* by slot: the address that was last bounced through it; never cleared */

struct list_head dma_pool_waiter;	/* on a pool's waitq: the one thread that can wait for a block */

/* Stands in where a driver passes no device. */
struct device fallback_dev = {
	.bus_id = "fallback device",
	.dma_mask = &fallback_dev.coherent_dma_mask,
	.coherent_dma_mask = 0xffffffff,
};

/* Live mappings, hashed by the page of dma_addr with linear probing; a slot of type DMA_MAPPING_FREE ends a search. */
struct dma_mapping dma_mappings[DMA_MAPPING_SLOTS];
u32 nr_dma_mappings;
u32 dma_mappings_span;		/* page boundaries that the longest mapping crosses, since the table was last empty */
u32 dma_mappings_lost;		/* 1 once the table has been full: from then on nothing is recorded */
