/* SPDX-License-Identifier: GPL-2.0-only */
/* The types that drivers use. */
#ifndef LINUX_TYPES_H
#define LINUX_TYPES_H

#include <kernel/kobject.h>
#include <kernel/types.h>
#include <linux/stddef.h>

typedef u8 uint8_t, u_int8_t, __u8;
typedef u16 uint16_t, u_int16_t, __u16;
typedef u32 uint32_t, u_int32_t, __u32;
typedef u64 uint64_t, u_int64_t, __u64;
typedef s8 int8_t, __s8;
typedef s16 int16_t, __s16;
typedef s32 int32_t, __s32;
typedef s64 int64_t, __s64;
typedef unsigned long uintptr_t;
typedef long intptr_t, ptrdiff_t;
typedef long ssize_t, __kernel_ssize_t;
typedef size_t __kernel_size_t;
typedef u64 phys_addr_t, resource_size_t;
typedef unsigned int uint, u_int;
typedef unsigned long ulong, u_long;
typedef unsigned short ushort, u_short;
typedef unsigned char unchar, u_char;
typedef long long loff_t;
typedef long off_t, time_t, clock_t;
typedef long long time64_t;
typedef u32 dev_t, __kernel_dev_t;
typedef unsigned short umode_t, mode_t;
typedef int pid_t, clockid_t;
typedef unsigned int uid_t, gid_t, fmode_t, slab_flags_t;
typedef u64 sector_t, blkcnt_t;
typedef unsigned long irq_hw_number_t, pgoff_t;

typedef u16 __le16, __be16, __sum16;
typedef u32 __le32, __be32, __wsum;
typedef u64 __le64, __be64;
typedef unsigned int __poll_t;

#define __aligned_u64 __u64 __attribute__((aligned(8)))

#endif
