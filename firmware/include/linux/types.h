/* SPDX-License-Identifier: GPL-2.0-only */
/* The types that drivers use. */
#ifndef LINUX_TYPES_H
#define LINUX_TYPES_H

#include <kernel/types.h>

typedef _Bool bool;
#define true 1
#define false 0

typedef u8 uint8_t, __u8;
typedef u16 uint16_t, __u16;
typedef u32 uint32_t, __u32;
typedef u64 uint64_t, __u64;
typedef s8 int8_t, __s8;
typedef s16 int16_t, __s16;
typedef s32 int32_t, __s32;
typedef s64 int64_t, __s64;
typedef unsigned long uintptr_t;
typedef long ssize_t;
typedef u64 phys_addr_t, resource_size_t;
typedef unsigned int uint;
typedef unsigned long ulong;

#define offsetof(type, member) __builtin_offsetof(type, member)

#endif
