// SPDX-License-Identifier: GPL-2.0-only
/* The laboratory's memory of who owned what. Only Python writes it, but for the barriers; here it is in the dump. */
#include <asm/barrier.h>
#include <kernel/ownership.h>

unsigned int dma_write_barriers;	/* counts what puts the CPU's stores in order for devices */

struct dma_unmapped dma_history[DMA_HISTORY];
u64 dma_history_next;		/* counts all that were ever taken down */

struct dma_cpu_range dma_cpu_ranges[DMA_CPU_RANGES];
u32 nr_dma_cpu_ranges;
u32 dma_cpu_ranges_lost;	/* 1 once there was no room for one: from then on everything counts as the CPU's */
