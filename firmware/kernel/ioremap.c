// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uncached mappings of device registers, and memory in single pages, from VMALLOC_BASE on. The page tables themselves say
 * what is taken. arch/x86/mm/ioremap_64.c, mm/vmalloc.c
 */
#include <asm/page.h>
#include <asm/processor.h>
#include <kernel/track.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

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
	track("ioremap", virt, "");
	return (void __iomem *)(virt + offset);
}

void __iomem *ioremap_nocache(u64 phys, size_t size)
{
	return ioremap(phys, size);
}

/* Take down the mapping that begins with the page of `addr`; give the frame of each to `drop`. */
static void unmap_area(u64 start, void (*drop)(u64 phys))
{
	for (u64 virt = start; virt < VMALLOC_BASE + IOREMAP_SIZE; virt += PAGE_SIZE) {
		u64 *pte = lookup_pte(virt);
		u64 phys = *pte & PTE_PFN_MASK;

		if (!*pte)
			return;
		*pte = 0;
		invlpg((void *)virt);
		if (drop)
			drop(phys);
	}
}

static bool is_in_area(u64 virt)
{
	return virt >= VMALLOC_BASE && virt < VMALLOC_BASE + IOREMAP_SIZE && *lookup_pte(virt);
}

void iounmap(volatile void __iomem *addr)
{
	u64 start = (u64)addr & PAGE_MASK;

	if (!is_in_area(start)) {
		printk(KERN_ERR "Trying to iounmap() nonexistent vm area (%p)\n", (void *)addr);
		dump_stack();
		return;
	}
	untrack("ioremap", start);
	unmap_area(start, NULL);
}

/* A port's cookie is its number, where no register in memory can be. */
void __iomem *ioport_map(unsigned long port, unsigned int count)
{
	return port + count > PIO_END - PIO_OFFSET ? NULL : (void __iomem *)(port + PIO_OFFSET);
}

void ioport_unmap(void __iomem *addr)
{
}

static void drop_page(u64 phys)
{
	free_page(__va(phys));
}

static noinline void *__vmalloc(unsigned long size, gfp_t gfp_mask)
{
	u64 pages = PAGE_ALIGN(size) / PAGE_SIZE;
	u64 virt = size ? find_area(pages) : 0;

	for (u64 i = 0; virt && i < pages; i++) {
		unsigned long page = __get_free_page(gfp_mask);

		if (!page) {
			unmap_area(virt, drop_page);
			return NULL;
		}
		*lookup_pte(virt + i * PAGE_SIZE) = __pa(page) | PAGE_KERNEL;
	}
	if (virt)
		track("vmalloc", virt, "");
	return (void *)virt;
}

void *vmalloc(unsigned long size)
{
	return __vmalloc(size, GFP_KERNEL);
}

void *vzalloc(unsigned long size)
{
	return __vmalloc(size, GFP_KERNEL | __GFP_ZERO);
}

void vfree(const void *virt)
{
	if (!virt)
		return;
	if ((u64)virt & ~PAGE_MASK || !is_in_area((u64)virt)) {
		printk(KERN_ERR "Trying to vfree() nonexistent vm area (%p)\n", virt);
		dump_stack();
		return;
	}
	untrack("vmalloc", (u64)virt);
	unmap_area((u64)virt, drop_page);
}

unsigned long vmalloc_to_pfn(const void *virt)
{
	return (*lookup_pte((u64)virt) & PTE_PFN_MASK) >> PAGE_SHIFT;
}

struct page *vmalloc_to_page(const void *virt)
{
	return pfn_to_page(vmalloc_to_pfn(virt));
}
