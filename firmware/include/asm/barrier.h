/* SPDX-License-Identifier: GPL-2.0-only */
/* The order of accesses, as others see it. */
#ifndef ASM_BARRIER_H
#define ASM_BARRIER_H

#include <linux/compiler.h>

/*
 * This processor keeps stores in order by itself; others do not. So that the laboratory sees which stores a driver has put
 * in order for a device, whatever does so counts. What orders for other processors only (smp_*) does not.
 */
extern unsigned int dma_write_barriers;
#define __count_write_barrier() __asm__ volatile("incl %0" : "+m"(dma_write_barriers) : : "memory", "cc")

#define mb() do { __count_write_barrier(); __asm__ volatile("mfence" : : : "memory"); } while (0)
#define rmb() __asm__ volatile("lfence" : : : "memory")
#define wmb() do { __count_write_barrier(); __asm__ volatile("sfence" : : : "memory"); } while (0)
#define mmiowb() barrier()
#define dma_rmb() barrier()
#define dma_wmb() __count_write_barrier()
#define dma_mb() mb()
#define smp_mb() barrier()
#define smp_rmb() barrier()
#define smp_wmb() barrier()
#define smp_store_mb(variable, value) do { WRITE_ONCE(variable, value); barrier(); } while (0)
#define smp_store_release(pointer, value) do { barrier(); WRITE_ONCE(*(pointer), value); } while (0)
#define smp_load_acquire(pointer) ({ typeof(*(pointer)) _value = READ_ONCE(*(pointer)); barrier(); _value; })
#define read_barrier_depends() do {} while (0)

#endif
