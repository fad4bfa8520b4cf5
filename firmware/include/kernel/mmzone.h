/* SPDX-License-Identifier: GPL-2.0-only */
/* Zones, their free lists and per-CPU lists, and the one node. include/linux/mmzone.h, pageblock-flags.h */
#ifndef KERNEL_MMZONE_H
#define KERNEL_MMZONE_H

#include <kernel/page.h>

enum migrate_type {
	MIGRATE_UNMOVABLE = 0,
	MIGRATE_RECLAIMABLE = 1,
	MIGRATE_MOVABLE = 2,
	MIGRATE_RESERVE = 3,
	MIGRATE_ISOLATE = 4,
	MIGRATE_TYPES = 5,
};

enum zone_type {
#ifdef CONFIG_ZONE_DMA
	ZONE_DMA,
#endif
	ZONE_DMA32,
	ZONE_NORMAL,
	ZONE_MOVABLE,
	MAX_NR_ZONES,
};

enum zone_stat_item {
	NR_FREE_PAGES,
	NR_INACTIVE,
	NR_ACTIVE,
	NR_ANON_PAGES,
	NR_FILE_MAPPED,
	NR_FILE_PAGES,
	NR_FILE_DIRTY,
	NR_WRITEBACK,
	NR_SLAB_RECLAIMABLE,
	NR_SLAB_UNRECLAIMABLE,
	NR_PAGETABLE,
	NR_UNSTABLE_NFS,
	NR_BOUNCE,
	NR_VMSCAN_WRITE,
	NR_VM_ZONE_STAT_ITEMS,
};

enum zone_flags {
	ZONE_ALL_UNRECLAIMABLE,
	ZONE_RECLAIM_LOCKED,
	ZONE_OOM_LOCKED,
};

enum mm_limits {
	NR_PAGEBLOCK_BITS = 3,		/* of zone->pageblock_flags, for the migrate type of one block */
	PAGE_ALLOC_COSTLY_ORDER = 3,
	DEF_PRIORITY = 12,
	MAX_ACTIVE_REGIONS = 256,
};

struct free_area {
	struct list_head free_list[MIGRATE_TYPES];
	unsigned long nr_free;
};

struct per_cpu_pages {
	int count;
	int high;			/* when count gets here, `batch` pages go back */
	int batch;
	struct list_head list;
};

struct per_cpu_pageset {
	struct per_cpu_pages pcp[2];	/* hot, cold */
#ifdef CONFIG_SMP
	s8 stat_threshold;
	s8 vm_stat_diff[NR_VM_ZONE_STAT_ITEMS];
#endif
} ____cacheline_aligned_in_smp;

struct zone_padding {
	char x[0];
} ____cacheline_aligned_in_smp;

struct pglist_data;

struct zone {
	/* the allocator's */
	unsigned long pages_min, pages_low, pages_high;
	unsigned long lowmem_reserve[MAX_NR_ZONES];
	struct per_cpu_pageset pageset[NR_CPUS];
	arch_spinlock_t lock;
	struct free_area free_area[MAX_ORDER];
	unsigned long *pageblock_flags;

#ifdef CONFIG_SMP
	struct zone_padding _pad1_;
#endif
	/* reclaim's */
	arch_spinlock_t lru_lock;
	struct list_head active_list;
	struct list_head inactive_list;
	unsigned long nr_scan_active;
	unsigned long nr_scan_inactive;
	unsigned long pages_scanned;
	unsigned long flags;		/* enum zone_flags, as bit numbers */
	long vm_stat[NR_VM_ZONE_STAT_ITEMS];
	int prev_priority;

#ifdef CONFIG_SMP
	struct zone_padding _pad2_;
#endif
	/* hardly ever written */
	struct __wait_queue_head *wait_table;
	unsigned long wait_table_hash_nr_entries;
	unsigned long wait_table_bits;
	struct pglist_data *zone_pgdat;
	unsigned long zone_start_pfn;
	unsigned long spanned_pages;	/* holes included */
	unsigned long present_pages;
	const char *name;
} ____cacheline_aligned_in_smp;

struct zonelist {
	void *zlcache_ptr;		/* for NUMA; NULL */
	struct zone *zones[MAX_NR_ZONES + 1];	/* best first; NULL ends it */
};

struct bootmem_data;
struct task_struct;

struct pglist_data {
	struct zone node_zones[MAX_NR_ZONES];
	struct zonelist node_zonelists[MAX_NR_ZONES];
	int nr_zones;
	struct page *node_mem_map;
	struct bootmem_data *bdata;
	unsigned long node_start_pfn;
	unsigned long node_present_pages;
	unsigned long node_spanned_pages;
	int node_id;
	struct __wait_queue_head kswapd_wait;
	struct task_struct *kswapd;
	int kswapd_max_order;
};

/* A range of page frames with RAM behind them, as the firmware's map tells it. */
struct node_active_region {
	unsigned long start_pfn;
	unsigned long end_pfn;
	int nid;
};

#endif
