/* SPDX-License-Identifier: GPL-2.0-only */
/* Variables of each CPU, of which there is one: what is done to them is done to the only copy. */
#ifndef LINUX_PERCPU_H
#define LINUX_PERCPU_H

#include <linux/atomic.h>
#include <linux/slab.h>
#include <linux/cpumask.h>
#include <linux/smp.h>

#define __percpu
#define DEFINE_PER_CPU(type, name) typeof(type) name
#define DEFINE_PER_CPU_FIRST(type, name) DEFINE_PER_CPU(type, name)
#define DEFINE_PER_CPU_READ_MOSTLY(type, name) DEFINE_PER_CPU(type, name)
#define DEFINE_PER_CPU_ALIGNED(type, name) DEFINE_PER_CPU(type, name) __attribute__((aligned(64)))
#define DEFINE_PER_CPU_SHARED_ALIGNED(type, name) DEFINE_PER_CPU_ALIGNED(type, name)
#define DEFINE_PER_CPU_PAGE_ALIGNED(type, name) DEFINE_PER_CPU(type, name) __attribute__((aligned(4096)))
#define DECLARE_PER_CPU(type, name) extern typeof(type) name
#define DECLARE_PER_CPU_ALIGNED(type, name) DECLARE_PER_CPU(type, name)
#define DECLARE_PER_CPU_READ_MOSTLY(type, name) DECLARE_PER_CPU(type, name)
#define DECLARE_PER_CPU_SHARED_ALIGNED(type, name) DECLARE_PER_CPU(type, name)
#define EXPORT_PER_CPU_SYMBOL(name) EXPORT_SYMBOL(name)
#define EXPORT_PER_CPU_SYMBOL_GPL(name) EXPORT_SYMBOL_GPL(name)

#define per_cpu(variable, cpu) (*((void)(cpu), &(variable)))
#define per_cpu_ptr(pointer, cpu) ((void)(cpu), (pointer))
#define this_cpu_ptr(pointer) (pointer)
#define raw_cpu_ptr(pointer) (pointer)
#define __this_cpu_ptr(pointer) (pointer)
#define __get_cpu_var(variable) (variable)
#define get_cpu_var(variable) (*({ preempt_disable(); &(variable); }))
#define put_cpu_var(variable) do { (void)&(variable); preempt_enable(); } while (0)
#define get_cpu_ptr(pointer) ({ preempt_disable(); (pointer); })
#define put_cpu_ptr(pointer) do { (void)(pointer); preempt_enable(); } while (0)

/* Tasks give up the CPU of their own will only; an interrupt comes between instructions, and so between none of these. */
#define this_cpu_read(variable) READ_ONCE(variable)
#define this_cpu_write(variable, value) WRITE_ONCE(variable, value)
#define this_cpu_add_return(variable, n) __atomic_add_fetch(&(variable), (n), __ATOMIC_RELAXED)
#define this_cpu_sub_return(variable, n) __atomic_sub_fetch(&(variable), (n), __ATOMIC_RELAXED)
#define this_cpu_inc_return(variable) this_cpu_add_return(variable, 1)
#define this_cpu_dec_return(variable) this_cpu_sub_return(variable, 1)
#define this_cpu_add(variable, n) ((void)this_cpu_add_return(variable, n))
#define this_cpu_sub(variable, n) ((void)this_cpu_sub_return(variable, n))
#define this_cpu_inc(variable) this_cpu_add(variable, 1)
#define this_cpu_dec(variable) this_cpu_sub(variable, 1)
#define this_cpu_and(variable, bits) ((void)__atomic_and_fetch(&(variable), (bits), __ATOMIC_RELAXED))
#define this_cpu_or(variable, bits) ((void)__atomic_or_fetch(&(variable), (bits), __ATOMIC_RELAXED))
#define this_cpu_xchg(variable, value) __atomic_exchange_n(&(variable), (value), __ATOMIC_RELAXED)
#define this_cpu_cmpxchg(variable, old, value) cmpxchg(&(variable), (old), (value))
#define this_cpu_try_cmpxchg(variable, old, value)					\
	__atomic_compare_exchange_n(&(variable), (old), (value), 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED)

/* The same for those who see to it themselves that nobody comes between: with raw_ or __ before the name. */
#define __this_cpu_read(variable) this_cpu_read(variable)
#define __this_cpu_write(variable, value) this_cpu_write(variable, value)
#define __this_cpu_add(variable, n) this_cpu_add(variable, n)
#define __this_cpu_sub(variable, n) this_cpu_sub(variable, n)
#define __this_cpu_inc(variable) this_cpu_inc(variable)
#define __this_cpu_dec(variable) this_cpu_dec(variable)
#define __this_cpu_and(variable, bits) this_cpu_and(variable, bits)
#define __this_cpu_or(variable, bits) this_cpu_or(variable, bits)
#define __this_cpu_add_return(variable, n) this_cpu_add_return(variable, n)
#define __this_cpu_sub_return(variable, n) this_cpu_sub_return(variable, n)
#define __this_cpu_inc_return(variable) this_cpu_inc_return(variable)
#define __this_cpu_dec_return(variable) this_cpu_dec_return(variable)
#define __this_cpu_xchg(variable, value) this_cpu_xchg(variable, value)
#define __this_cpu_cmpxchg(variable, old, value) this_cpu_cmpxchg(variable, old, value)
#define raw_cpu_read(variable) this_cpu_read(variable)
#define raw_cpu_write(variable, value) this_cpu_write(variable, value)
#define raw_cpu_add(variable, n) this_cpu_add(variable, n)
#define raw_cpu_sub(variable, n) this_cpu_sub(variable, n)
#define raw_cpu_inc(variable) this_cpu_inc(variable)
#define raw_cpu_dec(variable) this_cpu_dec(variable)
#define raw_cpu_and(variable, bits) this_cpu_and(variable, bits)
#define raw_cpu_or(variable, bits) this_cpu_or(variable, bits)
#define raw_cpu_add_return(variable, n) this_cpu_add_return(variable, n)
#define raw_cpu_sub_return(variable, n) this_cpu_sub_return(variable, n)
#define raw_cpu_inc_return(variable) this_cpu_inc_return(variable)
#define raw_cpu_dec_return(variable) this_cpu_dec_return(variable)
#define raw_cpu_xchg(variable, value) this_cpu_xchg(variable, value)
#define raw_cpu_cmpxchg(variable, old, value) this_cpu_cmpxchg(variable, old, value)

#define __alloc_percpu_gfp(size, align, gfp_mask) kzalloc(max_t(size_t, (size), (align)), (gfp_mask))
#define __alloc_percpu(size, align) __alloc_percpu_gfp(size, align, GFP_KERNEL)
#define alloc_percpu_gfp(type, gfp_mask)						\
	((typeof(type) *)__alloc_percpu_gfp(sizeof(type), __alignof__(type), gfp_mask))
#define alloc_percpu(type) alloc_percpu_gfp(type, GFP_KERNEL)
#define free_percpu(pointer) kfree(pointer)

#endif
