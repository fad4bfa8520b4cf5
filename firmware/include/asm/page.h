/* SPDX-License-Identifier: GPL-2.0-only */
/* Between physical addresses and the two places where the kernel sees them: its image, and the direct map. */
#ifndef ASM_PAGE_H
#define ASM_PAGE_H

#include <board.h>
#include <kernel/types.h>

#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(addr) (((u64)(addr) + PAGE_SIZE - 1) & PAGE_MASK)

#ifdef ROM
#define __pa(virt) ((u64)(virt))
#else
static inline u64 __phys_addr(u64 virt)
{
	return virt >= KERNEL_MAP_BASE ? virt - KERNEL_MAP_BASE : virt - PAGE_OFFSET;
}

#define __pa(virt) __phys_addr((u64)(virt))
#define __va(phys) ((void *)((u64)(phys) + PAGE_OFFSET))
#endif

#endif
