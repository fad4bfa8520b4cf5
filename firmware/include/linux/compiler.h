/* SPDX-License-Identifier: GPL-2.0-only */
/* Words that tell the compiler, or the reader, more than C can. */
#ifndef LINUX_COMPILER_H
#define LINUX_COMPILER_H

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define barrier() __asm__ volatile("" : : : "memory")

#define noinline __attribute__((noinline))
#define __always_inline inline __attribute__((always_inline))
#define __noreturn __attribute__((noreturn))
#define __used __attribute__((used))
#define __must_check __attribute__((warn_unused_result))
#define __packed __attribute__((packed))
#define __aligned(bytes) __attribute__((aligned(bytes)))
#define __printf(text, first) __attribute__((format(printf, text, first)))
#define __page_aligned_bss __attribute__((section(".bss.page_aligned"), aligned(4096)))

/* Address spaces and lifetimes that only a checker would tell apart. */
#define __iomem
#define __user
#define __init
#define __exit
#define __devinit
#define __devexit

#endif
