/* SPDX-License-Identifier: GPL-2.0-only */
/* The allocator of the time before there are zones: one bit a page. include/linux/bootmem.h */
#ifndef KERNEL_BOOTMEM_H
#define KERNEL_BOOTMEM_H

#include <kernel/list.h>

struct bootmem_data {
	unsigned long node_boot_start;	/* physical address of the first page */
	unsigned long node_low_pfn;	/* the page after the last */
	void *node_bootmem_map;		/* a set bit: reserved */
	unsigned long last_offset;	/* where in page last_pos the last allocation ended */
	unsigned long last_pos;
	unsigned long last_success;	/* physical address where the last search succeeded */
	struct list_head list;
};

#endif
