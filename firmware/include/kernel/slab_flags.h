/* SPDX-License-Identifier: GPL-2.0-only */
/* What a cache may be asked for; apart from its structures, which differ with the configuration. */
#ifndef KERNEL_SLAB_FLAGS_H
#define KERNEL_SLAB_FLAGS_H

enum slab_flags {
	SLAB_RED_ZONE = 0x400,
	SLAB_POISON = 0x800,
	SLAB_HWCACHE_ALIGN = 0x2000,
	SLAB_CACHE_DMA = 0x4000,
	SLAB_STORE_USER = 0x10000,
	SLAB_RECLAIM_ACCOUNT = 0x20000,
	SLAB_PANIC = 0x40000,
	SLAB_DESTROY_BY_RCU = 0x80000,
	SLAB_MEM_SPREAD = 0x100000,
	CFLGS_OFF_SLAB = 0x80000000,
};

#endif
