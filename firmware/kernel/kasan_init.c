// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory for the shadow, and the shadow's page tables. What has no shadow of its own shares one page of zeros, through
 * tables that are shared too, so that code may look at any kernel address. arch/x86/mm/kasan_init_64.c
 */
#include <asm/page.h>
#include <linux/string.h>

#include "kasan.h"
#include "kernel.h"
#include "pgtable.h"

#define ENTRIES 512UL
#define PAGE_SHIFT_OF(level) (12 + 9 * (level))		/* address bits below an entry of a table */
#define SHADOW_START 0xffffec0000000000UL		/* of 0xffff800000000000, where kernel addresses begin */
#define SHADOW_END 0xfffffc0000000000UL
#define TABLE (_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED)

static u64 zero_entry[4];		/* of a table of each level: what leads to nothing but zeros */

static u64 shadow_of(u64 virt)
{
	return (virt >> 3) + KASAN_SHADOW_OFFSET;
}

/* Take the top of the largest piece of RAM away from everybody else. The loader has left it zeroed. */
void kasan_reserve(struct boot_params *params)
{
	struct e820entry *largest = NULL;
	u64 end = 0, size;

	if (!command_line_number("kasan", 0))
		return;
	for (u32 i = 0; i < params->e820_entries; i++) {
		struct e820entry *entry = &params->e820_map[i];

		if (entry->type != E820_RAM)
			continue;
		if (end < entry->addr + entry->size)
			end = entry->addr + entry->size;
		if (!largest || entry->size >= largest->size)
			largest = entry;
	}
	size = ((end >> 3) + PMD_SIZE - 1) & PMD_MASK;
	size += PAGE_ALIGN(sizeof(struct kasan_area));
	if (!largest || largest->size < 2 * size)
		panic("no memory for the shadow of memory");
	kasan_shadow = (largest->addr + largest->size - size) & PMD_MASK;
	kasan_area = kasan_shadow + size - PAGE_ALIGN(sizeof(struct kasan_area));
	largest->size = kasan_shadow - largest->addr;
}

static u64 new_table(u64 entry)
{
	u64 phys = alloc_low_page();
	u64 *table = __va(phys);

	for (u64 i = 0; i < ENTRIES; i++)
		table[i] = entry;
	return phys;
}

/* Give the table below an entry; a shared one is replaced by one of its own. `level` is that of the entry's table. */
static u64 *own_table(u64 *entry, int level)
{
	if (!(*entry & _PAGE_PRESENT) || *entry == zero_entry[level])
		*entry = new_table(zero_entry[level - 1]) | TABLE;
	return __va(*entry & PTE_PFN_MASK);
}

/* Let the shadow of [virt, ...) be that of [phys, ...), as far as `size` bytes of shadow go. */
static void map_own(u64 virt, u64 phys, u64 size)
{
	u64 start = shadow_of(virt), from = kasan_shadow + (phys >> 3);

	for (u64 at = 0; at < size; at += PMD_SIZE) {
		u64 *pud = own_table(&swapper_pg_dir[pgd_index(start + at)], 3);
		u64 *pmd = own_table(&pud[pud_index(start + at)], 2);

		pmd[pmd_index(start + at)] = (from + at) | PAGE_KERNEL | _PAGE_PSE;
	}
}

void kasan_map_shadow(void)
{
	if (!kasan_shadow)
		return;
	zero_entry[0] = alloc_low_page() | PAGE_KERNEL_RO;
	for (int level = 1; level < 4; level++)
		zero_entry[level] = new_table(zero_entry[level - 1]) | TABLE;
	for (u64 virt = SHADOW_START; virt < SHADOW_END; virt += 1UL << PAGE_SHIFT_OF(3))
		swapper_pg_dir[pgd_index(virt)] = zero_entry[3];
	map_own(PAGE_OFFSET, 0, (kasan_area - kasan_shadow) & PMD_MASK);
	map_own(KERNEL_MAP_BASE, 0, PMD_SIZE);
}
