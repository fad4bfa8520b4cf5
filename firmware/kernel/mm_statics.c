/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The static variables of the page allocator. In the machine they lie in the kernel image; on a bare RAM Python lays
 * them out itself. Only Python writes them, but C and debuggers see them under their Linux names.
 */
#include <kernel/bootmem.h>
#include <kernel/mmzone.h>

struct bootmem_data contig_bootmem_data;
struct pglist_data contig_page_data;
struct list_head bdata_list;
struct page *mem_map;

unsigned long max_low_pfn, min_low_pfn, max_pfn;
unsigned long num_physpages;
unsigned long totalram_pages, totalreserve_pages, vm_total_pages;
unsigned long nr_kernel_pages, nr_all_pages;
unsigned long dma_reserve;
u64 jiffies = 0xfffedb08;	/* five minutes before it wraps at 32 bits: (u32)(-300 * HZ), HZ = 250 */

int min_free_kbytes = 1024;
int page_group_by_mobility_disabled;
int percpu_pagelist_fraction;
int sysctl_lowmem_reserve_ratio[MAX_NR_ZONES - 1] = {
#ifdef CONFIG_ZONE_DMA
	256,
#endif
	256,
	32,
};
long vm_stat[NR_VM_ZONE_STAT_ITEMS];

struct list_head shrinker_list;	/* empty, while its links are NULL: mm/vmscan.c */

struct node_active_region early_node_map[MAX_ACTIVE_REGIONS];
int nr_nodemap_entries;
unsigned long arch_zone_lowest_possible_pfn[MAX_NR_ZONES];
unsigned long arch_zone_highest_possible_pfn[MAX_NR_ZONES];

/* zone->name points into this. */
const char zone_names[MAX_NR_ZONES][8] = {
#ifdef CONFIG_ZONE_DMA
	"DMA",
#endif
	"DMA32",
	"Normal",
	"Movable",
};
