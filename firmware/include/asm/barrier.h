/* SPDX-License-Identifier: GPL-2.0-only */
/* The order of accesses, as others see it. */
#ifndef ASM_BARRIER_H
#define ASM_BARRIER_H

#include <linux/compiler.h>

#define mb() __asm__ volatile("mfence" : : : "memory")
#define rmb() __asm__ volatile("lfence" : : : "memory")
#define wmb() __asm__ volatile("sfence" : : : "memory")
#define mmiowb() barrier()
#define dma_rmb() barrier()
#define dma_wmb() barrier()
#define dma_mb() mb()
#define smp_mb() barrier()
#define smp_rmb() barrier()
#define smp_wmb() barrier()
#define smp_store_mb(variable, value) do { WRITE_ONCE(variable, value); barrier(); } while (0)
#define smp_store_release(pointer, value) do { barrier(); WRITE_ONCE(*(pointer), value); } while (0)
#define smp_load_acquire(pointer) ({ typeof(*(pointer)) _value = READ_ONCE(*(pointer)); barrier(); _value; })
#define read_barrier_depends() do {} while (0)

#endif
