/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages, and what may be asked of whoever gives them. */
#ifndef LINUX_GFP_H
#define LINUX_GFP_H

#include <asm/page.h>
#include <kernel/page.h>
#include <linux/types.h>

#define GFP_NOWAIT (GFP_ATOMIC & ~(gfp_t)__GFP_HIGH)
#define GFP_ATOMIC ((gfp_t)__GFP_HIGH)
#define GFP_NOIO ((gfp_t)__GFP_WAIT)
#define GFP_NOFS ((gfp_t)(__GFP_WAIT | __GFP_IO))
#define GFP_KERNEL ((gfp_t)(__GFP_WAIT | __GFP_IO | __GFP_FS))
#define GFP_USER (GFP_KERNEL | (gfp_t)__GFP_HARDWALL)
#define GFP_HIGHUSER (GFP_USER | (gfp_t)__GFP_HIGHMEM)
#define GFP_KERNEL_ACCOUNT GFP_KERNEL
#define GFP_DMA ((gfp_t)__GFP_DMA)
#define GFP_DMA32 ((gfp_t)__GFP_DMA32)
#define __GFP_RETRY_MAYFAIL __GFP_REPEAT

unsigned long __get_free_pages(gfp_t gfp_mask, unsigned int order);
unsigned long get_zeroed_page(gfp_t gfp_mask);
void free_pages(unsigned long addr, unsigned int order);
struct page *alloc_pages(gfp_t gfp_mask, unsigned int order);
void __free_pages(struct page *page, unsigned int order);

#define __get_free_page(gfp_mask) __get_free_pages((gfp_mask), 0)
#define __get_dma_pages(gfp_mask, order) __get_free_pages((gfp_mask) | GFP_DMA, (order))
#define free_page(addr) free_pages((unsigned long)(addr), 0)
#define alloc_page(gfp_mask) alloc_pages((gfp_mask), 0)
#define alloc_pages_node(node, gfp_mask, order) alloc_pages((gfp_mask), (order))
#define __free_page(page) __free_pages((page), 0)
#define alloc_pages_exact(size, gfp_mask) ((void *)__get_free_pages((gfp_mask), get_order(size)))
#define free_pages_exact(virt, size) free_pages((unsigned long)(virt), get_order(size))

static inline bool gfpflags_allow_blocking(gfp_t gfp_mask)
{
	return gfp_mask & __GFP_WAIT;
}

#endif
