/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The shadow of memory: for every 8 bytes one that says how many of them may be touched. 0: all; 1 to 7: so many from
 * the start; from 0x80: none, and why. There is one shadow byte for 8 bytes of RAM, at whatever address they are seen.
 * Python writes it for pages and objects, compiled code for its stack and variables. mm/kasan/kasan.h, asm-x86/kasan.h
 */
#ifndef KERNEL_KASAN_H
#define KERNEL_KASAN_H

#include <kernel/types.h>

#define KASAN_SHADOW_OFFSET 0xdffffc0000000000UL
#define KASAN_GRANULE_SIZE 8UL

enum kasan_shadow_byte {
	KASAN_ALLOCA_LEFT = 0xca,
	KASAN_ALLOCA_RIGHT = 0xcb,
	KASAN_STACK_LEFT = 0xf1,
	KASAN_STACK_MID = 0xf2,
	KASAN_STACK_RIGHT = 0xf3,
	KASAN_STACK_PARTIAL = 0xf4,
	KASAN_USE_AFTER_SCOPE = 0xf8,
	KASAN_GLOBAL_REDZONE = 0xf9,
	KASAN_SLAB_FREE = 0xfb,
	KASAN_SLAB_REDZONE = 0xfc,
	KASAN_PAGE_REDZONE = 0xfe,
	KASAN_PAGE_FREE = 0xff,
};

enum kasan_sizes {
	KASAN_STACK_DEPTH = 12,		/* callers that are kept */
	KASAN_TRACKS = 1 << 12,		/* slots; a power of two */
	KASAN_QUARANTINE = 1 << 13,	/* objects */
};

/* Who took an object and who gave it back; a slot holds the latest of many. Addresses of code without their upper half. */
struct kasan_track {
	u64 object;			/* virtual; 0: none */
	s32 alloc_pid;
	s32 free_pid;			/* -1: not freed */
	u32 allocated_by[KASAN_STACK_DEPTH];
	u32 freed_by[KASAN_STACK_DEPTH];
};

/* A freed object that nobody is to get for a while. */
struct kasan_quarantined {
	u64 cachep;
	u64 object;
};

/* What lies in the memory that boot has set aside, behind the shadow. */
struct kasan_area {
	struct kasan_track tracks[KASAN_TRACKS];
	struct kasan_quarantined quarantine[KASAN_QUARANTINE];
};

/* A variable, as compilers describe it to __asan_register_globals(). */
struct kasan_global {
	const void *beg;
	size_t size;
	size_t size_with_redzone;
	const char *name;
	const char *module_name;
	unsigned long has_dynamic_init;
	const void *location;
	const char *odr_indicator;
};

#endif
