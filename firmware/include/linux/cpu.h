/* SPDX-License-Identifier: GPL-2.0-only */
/* CPUs that come and go: here none does. */
#ifndef LINUX_CPU_H
#define LINUX_CPU_H

#include <linux/cpumask.h>
#include <linux/smp.h>

#define cpus_read_lock() do {} while (0)
#define cpus_read_unlock() do {} while (0)
#define get_online_cpus() cpus_read_lock()
#define put_online_cpus() cpus_read_unlock()

#endif
