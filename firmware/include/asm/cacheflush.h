/* SPDX-License-Identifier: GPL-2.0-only */
/* Caches are coherent with all that reads memory. */
#ifndef ASM_CACHEFLUSH_H
#define ASM_CACHEFLUSH_H

#include <linux/compiler.h>

#define flush_cache_all() do {} while (0)
#define flush_dcache_page(page) do { (void)(page); } while (0)
#define flush_icache_range(start, end) do { (void)(start); (void)(end); } while (0)
#define clflush_cache_range(virt, length) do { (void)(virt); (void)(length); } while (0)
#define wbinvd() barrier()

#endif
