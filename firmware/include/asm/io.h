/* SPDX-License-Identifier: GPL-2.0-only */
/* Ports and memory-mapped registers. */
#ifndef ASM_IO_H
#define ASM_IO_H

#include <asm/barrier.h>
#include <kernel/types.h>

#define DEFINE_PORT_IO(suffix, type, constraint)					\
static inline void out##suffix(type value, u16 port)					\
{											\
	__asm__ volatile("out" #suffix " %0, %1" : : constraint(value), "Nd"(port));	\
}											\
static inline type in##suffix(u16 port)							\
{											\
	type value;									\
	__asm__ volatile("in" #suffix " %1, %0" : "=" constraint(value) : "Nd"(port));	\
	return value;									\
}

DEFINE_PORT_IO(b, u8, "a")
DEFINE_PORT_IO(w, u16, "a")
DEFINE_PORT_IO(l, u32, "a")

/* Assembly, so that each is one access of the stated width whatever the compiler thinks of it. */
#define DEFINE_MMIO(suffix, mnemonic, type, constraint)					\
static inline type read##suffix(const volatile void *addr)				\
{											\
	type value;									\
	__asm__ volatile(mnemonic " %1, %0"						\
			 : "=" constraint(value) : "m"(*(const volatile type *)addr) : "memory"); \
	return value;									\
}											\
static inline void write##suffix##_relaxed(type value, volatile void *addr)		\
{											\
	__asm__ volatile(mnemonic " %0, %1"						\
			 : : constraint(value), "m"(*(volatile type *)addr) : "memory"); \
}											\
/* Behind all stores before it, as the relaxed one need not be. */			\
static inline void write##suffix(type value, volatile void *addr)			\
{											\
	__count_write_barrier();							\
	write##suffix##_relaxed(value, addr);						\
}

DEFINE_MMIO(b, "movb", u8, "q")
DEFINE_MMIO(w, "movw", u16, "r")
DEFINE_MMIO(l, "movl", u32, "r")
DEFINE_MMIO(q, "movq", u64, "r")

/* So that a driver may ask whether there are any. */
#define readb readb
#define readw readw
#define readl readl
#define readq readq
#define writeb writeb
#define writew writew
#define writel writel
#define writeq writeq
#define readb_relaxed readb
#define readw_relaxed readw
#define readl_relaxed readl
#define readq_relaxed readq
#define writeb_relaxed writeb_relaxed
#define writew_relaxed writew_relaxed
#define writel_relaxed writel_relaxed
#define writeq_relaxed writeq_relaxed
#define __raw_readb readb
#define __raw_readw readw
#define __raw_readl readl
#define __raw_readq readq
#define __raw_writeb writeb_relaxed
#define __raw_writew writew_relaxed
#define __raw_writel writel_relaxed
#define __raw_writeq writeq_relaxed

#endif
