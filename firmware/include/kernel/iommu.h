/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The laboratory's IOMMU. Each PCI function has a table of 3 levels, as VT-d's second level has them: 512 entries of 8
 * bytes in a page, for bits 38-30, 29-21 and 20-12 of a bus address. docs/iommu.md
 */
#ifndef KERNEL_IOMMU_H
#define KERNEL_IOMMU_H

#include <kernel/types.h>

enum iommu_limits {
	DMA_OPS_IOMMU = 8,		/* as dma_ops, beside enum dma_ops_kind */
	IOMMU_FUNCTIONS = 256,		/* device and function numbers of bus 0 */
	IOVA_RANGES = 4096,
};

enum iommu_entry { IOMMU_READ = 1, IOMMU_WRITE = 2 };

struct iova {
	u32 devfn;
	u32 pages;			/* 0: the slot is free */
	u64 first;			/* page number in bus addresses */
};

#endif
