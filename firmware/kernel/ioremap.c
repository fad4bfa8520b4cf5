// SPDX-License-Identifier: GPL-2.0-only
/* Uncached mappings of device registers, from VMALLOC_BASE on. The page tables themselves say what is taken. */
#include <asm/page.h>
#include <asm/processor.h>
#include <linux/io.h>

#include "kernel.h"
#include "pgtable.h"

/* Find `pages` unmapped pages in a row with one more before them, which keeps neighbours apart. */
static u64 find_area(u64 pages)
{
	u64 run = 0;

	for (u64 virt = VMALLOC_BASE; virt < VMALLOC_BASE + IOREMAP_SIZE; virt += PAGE_SIZE) {
		run = *lookup_pte(virt) ? 0 : run + 1;
		if (run == pages + 1)
			return virt - (pages - 1) * PAGE_SIZE;
	}
	return 0;
}

void __iomem *ioremap(u64 phys, size_t size)
{
	u64 offset = phys & ~PAGE_MASK;
	u64 pages = PAGE_ALIGN(offset + size) / PAGE_SIZE;
	u64 virt;

	if (!size || phys + size < phys || phys + size > PTE_PFN_MASK)
		return NULL;
	virt = find_area(pages);
	if (!virt)
		return NULL;
	for (u64 i = 0; i < pages; i++)
		*lookup_pte(virt + i * PAGE_SIZE) = ((phys & PAGE_MASK) + i * PAGE_SIZE) | PAGE_KERNEL_NOCACHE;
	return (void __iomem *)(virt + offset);
}

void __iomem *ioremap_nocache(u64 phys, size_t size)
{
	return ioremap(phys, size);
}

void iounmap(volatile void __iomem *addr)
{
	for (u64 virt = (u64)addr & PAGE_MASK; virt < VMALLOC_BASE + IOREMAP_SIZE; virt += PAGE_SIZE) {
		u64 *pte = lookup_pte(virt);

		if (!*pte)
			return;
		*pte = 0;
		invlpg((void *)virt);
	}
}
