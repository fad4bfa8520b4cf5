// SPDX-License-Identifier: GPL-2.0-only
/* What the IOMMU and the kernel's side of it keep in memory. */
#include <kernel/iommu.h>

u64 iommu_roots[IOMMU_FUNCTIONS] __attribute__((aligned(4096)));	/* physical address of a table; 0: nothing is mapped */
struct iova iovas[IOVA_RANGES];
u32 nr_iovas;			/* slots that have ever been used */
