// SPDX-License-Identifier: GPL-2.0-only
/*
 * The final page tables, at Linux's addresses: the kernel's image with text R X, constants R and data RW; all RAM at
 * PAGE_OFFSET, RW and NX. What the ROM mapped low goes away. arch/x86/mm/init_64.c
 */
#include <asm/page.h>
#include <asm/processor.h>
#include <linux/string.h>

#include "kasan.h"
#include "kernel.h"
#include "pgtable.h"
#include "sched.h"

#define PTRS_PER_TABLE 512

u64 swapper_pg_dir[PTRS_PER_TABLE] __page_aligned_bss;

static u64 table_end;			/* physical; tables are taken from behind the image, as Linux does */

/* 0 where there is no more room. */
static u64 try_alloc_low_page(void)
{
	u64 phys = table_end;

	if (phys + PAGE_SIZE > MODULE_PHYS)
		return 0;
	table_end += PAGE_SIZE;
	memset(__va(phys), 0, PAGE_SIZE);
	return phys;
}

u64 alloc_low_page(void)
{
	u64 phys = try_alloc_low_page();

	if (!phys)
		panic("the kernel's place is too small for its page tables");
	return phys;
}

/* Give the table that an entry points to, made first where there is none. */
static u64 *descend(u64 *entry)
{
	if (!(*entry & _PAGE_PRESENT))
		*entry = alloc_low_page() | _PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED;
	return __va(*entry & PTE_PFN_MASK);
}

static u64 *pmd_of(u64 virt)
{
	u64 *pud = descend(&swapper_pg_dir[pgd_index(virt)]);

	return &descend(&pud[pud_index(virt)])[pmd_index(virt)];
}

/* Map what of [start, end) is RAM, in 2 MiB pages; a page that is only partly RAM counts. */
static void init_memory_mapping(u64 start, u64 end)
{
	for (u64 phys = start & PMD_MASK; phys < end; phys += PMD_SIZE)
		*pmd_of((u64)__va(phys)) = phys | PAGE_KERNEL | _PAGE_PSE;
}

static u64 image_protection(u64 virt)
{
	if (virt < (u64)_etext)
		return PAGE_KERNEL_EXEC_RO;
	if (virt < (u64)__end_rodata)
		return PAGE_KERNEL_RO;
	return in_stack_guard(virt) ? 0 : PAGE_KERNEL;
}

static void map_image(void)
{
	for (u64 virt = (u64)_text; virt < (u64)_end; virt += PAGE_SIZE) {
		u64 protection = image_protection(virt);

		if (protection)
			descend(pmd_of(virt))[pte_index(virt)] = __pa(virt) | protection;
	}
}

/* Tables only: what is loaded there gets its pages when it is. */
static void map_module_area(void)
{
	for (u64 virt = KERNEL_MAP_BASE + MODULE_PHYS; virt < KERNEL_MAP_BASE + MODULE_PHYS_END; virt += PAGE_SIZE)
		descend(pmd_of(virt));
}

static void map_ioremap_area(void)
{
	for (u64 virt = VMALLOC_BASE; virt < VMALLOC_BASE + IOREMAP_SIZE; virt += PMD_SIZE)
		descend(pmd_of(virt));
}

void paging_init(struct boot_params *params)
{
	table_end = PAGE_ALIGN(__pa(_end));
	kasan_reserve(params);
	for (u32 i = 0; i < params->e820_entries; i++) {
		const struct e820entry *entry = &params->e820_map[i];

		if (entry->type == E820_RAM)
			init_memory_mapping(entry->addr, entry->addr + entry->size);
	}
	map_image();
	map_module_area();
	map_ioremap_area();
	kasan_map_shadow();

	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NX);
	write_cr4(X86_CR4_PAE | X86_CR4_PGE | X86_CR4_OSFXSR);
	write_cr3(__pa(swapper_pg_dir));
	write_cr0(X86_CR0_PG | X86_CR0_AM | X86_CR0_WP | X86_CR0_NE | X86_CR0_ET | X86_CR0_MP | X86_CR0_PE);

	params->kernel_start = __pa(_text);
	params->kernel_end = table_end;
}

/* Map by 4 KiB what a 2 MiB page maps. */
static int split_large_page(u64 *pmd)
{
	u64 table = try_alloc_low_page();
	u64 *pte = __va(table);

	if (!table)
		return -ENOMEM;
	for (u64 i = 0; i < PTRS_PER_TABLE; i++)
		pte[i] = (*pmd & ~(u64)_PAGE_PSE) + i * PAGE_SIZE;
	*pmd = table | _PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED;
	return 0;
}

/* Give a page of the direct map back its mapping, or take it away: whoever touches it then faults. */
int set_page_present(u64 virt, int present)
{
	u64 *pmd = pmd_of(virt);
	u64 *pte;

	if (*pmd & _PAGE_PSE && split_large_page(pmd))
		return -ENOMEM;
	pte = (u64 *)__va(*pmd & PTE_PFN_MASK) + pte_index(virt);
	*pte = present ? *pte | _PAGE_PRESENT : *pte & ~(u64)_PAGE_PRESENT;
	invlpg((void *)virt);
	return 0;
}

u64 *lookup_pte(u64 virt)
{
	u64 *table = swapper_pg_dir;

	if ((s64)virt >> 47 != 0 && (s64)virt >> 47 != -1)
		return NULL;
	for (int shift = 39; ; shift -= 9) {
		u64 *entry = &table[(virt >> shift) & (PTRS_PER_TABLE - 1)];

		if (!(*entry & _PAGE_PRESENT))
			return shift == 12 ? entry : NULL;
		if (shift == 12 || (*entry & _PAGE_PSE))
			return entry;
		table = __va(*entry & PTE_PFN_MASK);
	}
}

int kernel_address_readable(u64 virt)
{
	u64 *pte = lookup_pte(virt);

	/* Reading a device's registers may change it; an address of theirs in a register is no reason to. */
	return pte && (*pte & _PAGE_PRESENT) && !(*pte & _PAGE_PCD);
}
