/* SPDX-License-Identifier: GPL-2.0-only */
/* What only assembly can say to the CPU. */
#ifndef ASM_PROCESSOR_H
#define ASM_PROCESSOR_H

#include <linux/compiler.h>
#include <linux/types.h>

#define X86_CR0_PE (1UL << 0)
#define X86_CR0_MP (1UL << 1)
#define X86_CR0_ET (1UL << 4)
#define X86_CR0_NE (1UL << 5)
#define X86_CR0_WP (1UL << 16)
#define X86_CR0_AM (1UL << 18)
#define X86_CR0_PG (1UL << 31)
#define X86_CR4_PAE (1UL << 5)
#define X86_CR4_PGE (1UL << 7)
#define X86_CR4_OSFXSR (1UL << 9)
#define MSR_EFER 0xc0000080
#define EFER_SCE (1UL << 0)
#define EFER_LME (1UL << 8)
#define EFER_NX (1UL << 11)

#define DEFINE_CONTROL_REGISTER(name)						\
static inline u64 read_##name(void)						\
{										\
	u64 value;								\
	__asm__ volatile("mov %%" #name ", %0" : "=r"(value));			\
	return value;								\
}										\
static inline void write_##name(u64 value)					\
{										\
	__asm__ volatile("mov %0, %%" #name : : "r"(value) : "memory");	\
}

DEFINE_CONTROL_REGISTER(cr0)
DEFINE_CONTROL_REGISTER(cr2)
DEFINE_CONTROL_REGISTER(cr3)
DEFINE_CONTROL_REGISTER(cr4)

static inline u64 rdmsr(u32 msr)
{
	u32 low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (u64)high << 32 | low;
}

static inline void wrmsr(u32 msr, u64 value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((u32)value), "d"((u32)(value >> 32)));
}

static inline u64 rdtsc(void)
{
	u32 low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (u64)high << 32 | low;
}

static inline void invlpg(const volatile void *virt)
{
	__asm__ volatile("invlpg %0" : : "m"(*(const volatile char *)virt) : "memory");
}

static inline void cpu_relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}

#ifdef MODULE
void spin_relax(void);
#define cpu_relax() spin_relax()
#endif

#endif
