/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages, and a process's view of them. */
#ifndef LINUX_MM_H
#define LINUX_MM_H

#include <asm/page.h>
#include <asm/pgtable.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/shrinker.h>
#include <linux/slab.h>

#define VM_READ 0x00000001UL
#define VM_WRITE 0x00000002UL
#define VM_EXEC 0x00000004UL
#define VM_SHARED 0x00000008UL
#define VM_MAYREAD 0x00000010UL
#define VM_MAYWRITE 0x00000020UL
#define VM_MAYEXEC 0x00000040UL
#define VM_MAYSHARE 0x00000080UL
#define VM_PFNMAP 0x00000400UL
#define VM_LOCKED 0x00002000UL
#define VM_IO 0x00004000UL
#define VM_DONTCOPY 0x00020000UL
#define VM_DONTEXPAND 0x00040000UL
#define VM_DONTDUMP 0x04000000UL
#define VM_MIXEDMAP 0x10000000UL
#if API_BEFORE(3, 7)
#define VM_RESERVED 0x00080000UL
#endif

#define FOLL_WRITE 0x01
#define FOLL_FORCE 0x10
#define FOLL_LONGTERM 0x10000

#define VM_FAULT_OOM 0x0001
#define VM_FAULT_SIGBUS 0x0002
#define VM_FAULT_NOPAGE 0x0100
#define VM_FAULT_LOCKED 0x0200
#define FAULT_FLAG_WRITE 0x01

extern struct page *mem_map;
extern unsigned long max_pfn;
extern void *high_memory;

#define page_to_pfn(page) ((unsigned long)((page) - mem_map))
#define pfn_to_page(pfn) (mem_map + (pfn))
#define page_to_phys(page) ((phys_addr_t)page_to_pfn(page) << PAGE_SHIFT)
#define virt_to_page(virt) pfn_to_page(__pa(virt) >> PAGE_SHIFT)
#define pfn_valid(pfn) ((unsigned long)(pfn) < max_pfn)
#define virt_addr_valid(virt) pfn_valid(__pa(virt) >> PAGE_SHIFT)
#define page_address(page) ((void *)__va(page_to_phys(page)))
#define page_count(page) ((page)->_count)
#define phys_to_page(phys) pfn_to_page((phys) >> PAGE_SHIFT)
#define page_private(page) ((page)->private)
#define set_page_private(page, v) ((page)->private = (v))
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)
#define vma_pages(vma) (((vma)->vm_end - (vma)->vm_start) >> PAGE_SHIFT)
#define is_vmalloc_addr(p) ((unsigned long)(p) >= VMALLOC_BASE && (unsigned long)(p) < KERNEL_MAP_BASE)

void get_page(struct page *page);
void put_page(struct page *page);
#define SetPageReserved(page) ((page)->flags |= 1UL << PG_reserved)
#define ClearPageReserved(page) ((page)->flags &= ~(1UL << PG_reserved))
#define PageReserved(page) ((page)->flags >> PG_reserved & 1)
#define SetPageDirty(page) ((page)->flags |= 1UL << PG_dirty)
int set_page_dirty(struct page *page);
int set_page_dirty_lock(struct page *page);
#define unpin_user_page put_page
void unpin_user_pages(struct page **pages, unsigned long count);
void unpin_user_pages_dirty_lock(struct page **pages, unsigned long count, bool dirty);
int __get_user_pages_fast(unsigned long start, int count, int write, struct page **pages);
#if API_BEFORE(5, 2)
#define get_user_pages_fast(start, count, write, pages) __get_user_pages_fast(start, count, write, pages)
#else
#define get_user_pages_fast(start, count, flags, pages) __get_user_pages_fast(start, count, (flags) & FOLL_WRITE, pages)
#endif
#define pin_user_pages_fast get_user_pages_fast
/* The caller holds the lock of the process's map. Up to 6.4 there is a list of areas at the end. */
#define get_user_pages(start, count, flags, pages, ...)					\
	((long)__get_user_pages_fast((start), (count), (flags) & FOLL_WRITE, (pages)))
#define pin_user_pages get_user_pages
#define get_user_pages_unlocked(start, count, pages, flags) get_user_pages((start), (count), (flags), (pages))
#define unpin_user_page_range_dirty_lock(page, count, dirty) unpin_user_pages_dirty_lock(&(page), 1, (dirty))
#define thp_size(page) PAGE_SIZE
#define page_size(page) PAGE_SIZE
#define compound_order(page) 0U
#define kmap_to_page(virt) virt_to_page(virt)

#define mmap_read_lock(mm) down_read(&(mm)->mmap_lock)
#define mmap_read_unlock(mm) up_read(&(mm)->mmap_lock)
#define mmap_write_lock(mm) down_write(&(mm)->mmap_lock)
#define mmap_write_unlock(mm) up_write(&(mm)->mmap_lock)
#define mmap_read_trylock(mm) down_read_trylock(&(mm)->mmap_lock)

int remap_pfn_range(struct vm_area_struct *vma, unsigned long start, unsigned long pfn, unsigned long length,
		    pgprot_t protection);
#define io_remap_pfn_range remap_pfn_range
int vm_iomap_memory(struct vm_area_struct *vma, phys_addr_t start, unsigned long length);
int vm_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page);
vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn);
pgprot_t vm_get_page_prot(unsigned long flags);

#if !API_BEFORE(6, 3)
static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->__vm_flags |= flags;
}

static inline void vm_flags_clear(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->__vm_flags &= ~flags;
}

static inline void vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set, vm_flags_t clear)
{
	vma->__vm_flags = (vma->__vm_flags | set) & ~clear;
}
#endif

#define kvmalloc(size, gfp_mask) kmalloc(size, gfp_mask)
#define kvzalloc(size, gfp_mask) kzalloc(size, gfp_mask)
#define kvmalloc_array(n, size, gfp_mask) kmalloc_array(n, size, gfp_mask)
#define kvcalloc(n, size, gfp_mask) kcalloc(n, size, gfp_mask)
#define kvfree(p) kfree(p)

static inline int get_order(unsigned long size)
{
	size = (size - 1) >> PAGE_SHIFT;
	return size ? 64 - __builtin_clzl(size) : 0;
}

#endif
