/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages, and what may be asked of whoever gives them. */
#ifndef LINUX_GFP_H
#define LINUX_GFP_H

#include <kernel/page.h>
#include <linux/types.h>

#define GFP_NOWAIT (GFP_ATOMIC & ~(gfp_t)__GFP_HIGH)
#define GFP_ATOMIC ((gfp_t)__GFP_HIGH)
#define GFP_NOIO ((gfp_t)__GFP_WAIT)
#define GFP_NOFS ((gfp_t)(__GFP_WAIT | __GFP_IO))
#define GFP_KERNEL ((gfp_t)(__GFP_WAIT | __GFP_IO | __GFP_FS))
#define GFP_DMA ((gfp_t)__GFP_DMA)
#define GFP_DMA32 ((gfp_t)__GFP_DMA32)

unsigned long __get_free_pages(gfp_t gfp_mask, unsigned int order);
unsigned long get_zeroed_page(gfp_t gfp_mask);
void free_pages(unsigned long addr, unsigned int order);

#define __get_free_page(gfp_mask) __get_free_pages((gfp_mask), 0)
#define free_page(addr) free_pages((addr), 0)

#endif
