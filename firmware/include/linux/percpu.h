/* SPDX-License-Identifier: GPL-2.0-only */
/* Variables of each CPU, of which there is one. */
#ifndef LINUX_PERCPU_H
#define LINUX_PERCPU_H

#include <linux/slab.h>
#include <linux/smp.h>

#define __percpu
#define DEFINE_PER_CPU(type, name) typeof(type) name
#define DECLARE_PER_CPU(type, name) extern typeof(type) name
#define per_cpu(variable, cpu) (*((void)(cpu), &(variable)))
#define per_cpu_ptr(pointer, cpu) ((void)(cpu), (pointer))
#define this_cpu_ptr(pointer) (pointer)
#define raw_cpu_ptr(pointer) (pointer)
#define __get_cpu_var(variable) (variable)
#define get_cpu_var(variable) (*({ preempt_disable(); &(variable); }))
#define put_cpu_var(variable) preempt_enable()
#define get_cpu_ptr(pointer) ({ preempt_disable(); (pointer); })
#define put_cpu_ptr(pointer) preempt_enable()
#define this_cpu_read(variable) (variable)
#define this_cpu_write(variable, value) ((variable) = (value))
#define this_cpu_add(variable, n) ((variable) += (n))
#define this_cpu_sub(variable, n) ((variable) -= (n))
#define this_cpu_inc(variable) ((variable)++)
#define this_cpu_dec(variable) ((variable)--)

#define alloc_percpu(type) ((typeof(type) *)kzalloc(sizeof(type), GFP_KERNEL))
#define free_percpu(pointer) kfree(pointer)

#endif
