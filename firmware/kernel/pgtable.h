/* SPDX-License-Identifier: GPL-2.0-only */
/* Page table entries. include/asm-x86/pgtable_64.h */
#ifndef KERNEL_PGTABLE_H
#define KERNEL_PGTABLE_H

#include <board.h>

#define _PAGE_PRESENT 0x001UL
#define _PAGE_RW 0x002UL
#define _PAGE_PWT 0x008UL
#define _PAGE_PCD 0x010UL
#define _PAGE_ACCESSED 0x020UL
#define _PAGE_DIRTY 0x040UL
#define _PAGE_PSE 0x080UL
#define _PAGE_GLOBAL 0x100UL
#define _PAGE_NX (1UL << 63)
#define PTE_PFN_MASK 0x000ffffffffff000UL

#define PAGE_KERNEL (_PAGE_PRESENT | _PAGE_RW | _PAGE_DIRTY | _PAGE_ACCESSED | _PAGE_GLOBAL | _PAGE_NX)
#define PAGE_KERNEL_RO (_PAGE_PRESENT | _PAGE_DIRTY | _PAGE_ACCESSED | _PAGE_GLOBAL | _PAGE_NX)
#define PAGE_KERNEL_EXEC_RO (_PAGE_PRESENT | _PAGE_DIRTY | _PAGE_ACCESSED | _PAGE_GLOBAL)
#define PAGE_KERNEL_NOCACHE (PAGE_KERNEL | _PAGE_PCD | _PAGE_PWT)

#define PMD_SIZE (1UL << 21)
#define PMD_MASK (~(PMD_SIZE - 1))

#define pgd_index(virt) (((virt) >> 39) & 511)
#define pud_index(virt) (((virt) >> 30) & 511)
#define pmd_index(virt) (((virt) >> 21) & 511)
#define pte_index(virt) (((virt) >> 12) & 511)

#define IOREMAP_SIZE (16UL << 20)	/* bytes, all that can be mapped at once */

#endif
