/* SPDX-License-Identifier: GPL-2.0-only */
/* There is one CPU. */
#ifndef LINUX_SMP_H
#define LINUX_SMP_H

#include <linux/preempt.h>

#define smp_processor_id() 0
#define raw_smp_processor_id() 0
#define get_cpu() ({ preempt_disable(); 0; })
#define put_cpu() preempt_enable()
#define num_online_cpus() 1U
#define num_possible_cpus() 1U
#define num_present_cpus() 1U
#define nr_cpu_ids 1U
#define cpu_online(cpu) ((cpu) == 0)
#define for_each_online_cpu(cpu) for ((cpu) = 0; (cpu) < 1; (cpu)++)
#define for_each_possible_cpu(cpu) for_each_online_cpu(cpu)

#endif
