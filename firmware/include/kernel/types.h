/* SPDX-License-Identifier: GPL-2.0-only */
/* Integer types of the kernel, without a C library. */
#ifndef KERNEL_TYPES_H
#define KERNEL_TYPES_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef signed char s8;
typedef short s16;
typedef int s32;
/* Drivers print them with %llx, as Linux defines them; the kernel's own code with %lx. */
#ifdef MODULE
typedef unsigned long long u64;
typedef long long s64;
#else
typedef unsigned long u64;
typedef long s64;
#endif
typedef unsigned long size_t;
typedef u64 dma_addr_t;
typedef unsigned int gfp_t;

#ifndef NULL
#define NULL ((void *)0)
#endif

#endif
