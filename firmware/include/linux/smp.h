/* SPDX-License-Identifier: GPL-2.0-only */
/* There is one CPU. */
#ifndef LINUX_SMP_H
#define LINUX_SMP_H

#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>

typedef void (*smp_call_func_t)(void *info);

#define smp_processor_id() 0
#define raw_smp_processor_id() 0
#define get_cpu() ({ preempt_disable(); 0; })
#define put_cpu() preempt_enable()
#define num_online_cpus() 1U
#define num_possible_cpus() 1U
#define num_present_cpus() 1U
#define num_active_cpus() 1U
#define nr_cpu_ids 1U
#define cpu_online(cpu) ((cpu) == 0)
#define cpu_possible(cpu) ((cpu) == 0)
#define cpu_present(cpu) ((cpu) == 0)
#define cpu_active(cpu) ((cpu) == 0)
#define for_each_online_cpu(cpu) for ((cpu) = 0; (cpu) < 1; (cpu)++)
#define for_each_possible_cpu(cpu) for_each_online_cpu(cpu)
#define for_each_present_cpu(cpu) for_each_online_cpu(cpu)
#define cpu_to_node(cpu) ((void)(cpu), 0)
#define numa_node_id() 0
#define numa_mem_id() 0

/* The other CPUs: none. */
#define smp_call_function(func, info, wait) ((void)(func), (void)(info), (void)(wait))
#define smp_call_function_many(mask, func, info, wait) ((void)(mask), smp_call_function((func), (info), (wait)))

/* The function runs with interrupts off, as the interrupt of another CPU would have them. */
static inline int smp_call_function_single(int cpu, smp_call_func_t func, void *info, int wait)
{
	unsigned long flags;

	if (cpu)
		return -ENXIO;
	local_irq_save(flags);
	func(info);
	local_irq_restore(flags);
	return 0;
}

#define on_each_cpu(func, info, wait) ((void)smp_call_function_single(0, (func), (info), (wait)))
#define on_each_cpu_mask(mask, func, info, wait)					\
	do { if (cpumask_test_cpu(0, (mask))) on_each_cpu((func), (info), (wait)); } while (0)

#endif
