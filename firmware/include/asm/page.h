/* SPDX-License-Identifier: GPL-2.0-only */
/* Between physical addresses and the two places where the kernel sees them: its image, and the direct map. */
#ifndef ASM_PAGE_H
#define ASM_PAGE_H

#ifdef MODULE
#include <kernel/addresses.h>
#else
#include <board.h>
#endif
#include <kernel/types.h>

#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(addr) (((unsigned long)(addr) + PAGE_SIZE - 1) & PAGE_MASK)
#define PAGE_ALIGN_DOWN(addr) ((unsigned long)(addr) & PAGE_MASK)
#define PAGE_ALIGNED(addr) (((unsigned long)(addr) & ~PAGE_MASK) == 0)
#define PHYS_PFN(phys) ((unsigned long)((phys) >> PAGE_SHIFT))
#define PFN_PHYS(pfn) ((u64)(pfn) << PAGE_SHIFT)
#define PFN_DOWN(x) ((x) >> PAGE_SHIFT)
#define PFN_UP(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)

#ifdef ROM
#define __pa(virt) ((unsigned long)(virt))
#else
static inline unsigned long __phys_addr(unsigned long virt)
{
	return virt >= KERNEL_MAP_BASE ? virt - KERNEL_MAP_BASE : virt - PAGE_OFFSET;
}

#define __pa(virt) __phys_addr((unsigned long)(virt))
#define __va(phys) ((void *)((unsigned long)(phys) + PAGE_OFFSET))
#define virt_to_phys(virt) ((u64)__pa(virt))
#define phys_to_virt(phys) __va(phys)
#define virt_to_bus virt_to_phys
#define bus_to_virt phys_to_virt
#define virt_to_pfn(virt) (__pa(virt) >> PAGE_SHIFT)
#define pfn_to_kaddr(pfn) __va((u64)(pfn) << PAGE_SHIFT)
#define clear_page(page) __builtin_memset((page), 0, PAGE_SIZE)
#define copy_page(to, from) __builtin_memcpy((to), (from), PAGE_SIZE)
#endif

#endif
