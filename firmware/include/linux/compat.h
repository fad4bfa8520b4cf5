/* SPDX-License-Identifier: GPL-2.0-only */
/* What a process with 32-bit pointers hands over: there is none here. */
#ifndef LINUX_COMPAT_H
#define LINUX_COMPAT_H

#include <linux/fs.h>
#include <linux/types.h>

typedef s32 compat_int_t, compat_long_t, compat_ssize_t, compat_pid_t;
typedef u32 compat_uint_t, compat_ulong_t, compat_size_t, compat_uptr_t;
typedef s64 compat_s64;
typedef u64 compat_u64;

#define compat_ptr(pointer) ((void __user *)(unsigned long)(compat_uptr_t)(pointer))
#define ptr_to_compat(pointer) ((u32)(unsigned long)(pointer))
#define in_compat_syscall() false
#define is_compat_task() false

#endif
