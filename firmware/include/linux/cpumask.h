/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets of CPUs, of which there is one. */
#ifndef LINUX_CPUMASK_H
#define LINUX_CPUMASK_H

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/gfp.h>
#include <linux/smp.h>

#ifndef NR_CPUS
#define NR_CPUS 1
#endif

typedef struct cpumask {
	DECLARE_BITMAP(bits, NR_CPUS);
} cpumask_t;

typedef struct cpumask cpumask_var_t[1];

static const struct cpumask __cpumask_one __maybe_unused = { .bits = { 1 } };
static const struct cpumask __cpumask_none __maybe_unused = { .bits = { 0 } };

#define cpumask_bits(mask) ((mask)->bits)
#define cpumask_pr_args(mask) (int)nr_cpu_ids, cpumask_bits(mask)
#define cpumask_of(cpu) ((void)(cpu), &__cpumask_one)
#define cpu_possible_mask cpumask_of(0)
#define cpu_online_mask cpumask_of(0)
#define cpu_present_mask cpumask_of(0)
#define cpu_active_mask cpumask_of(0)
#define cpu_all_mask cpumask_of(0)
#define cpu_none_mask (&__cpumask_none)
#define cpumask_of_node(node) ((void)(node), cpu_online_mask)
#define CPU_MASK_NONE (cpumask_t) { .bits = { 0 } }
#define CPU_MASK_ALL (cpumask_t) { .bits = { 1 } }

#define cpumask_set_cpu(cpu, mask) set_bit((cpu), cpumask_bits(mask))
#define cpumask_clear_cpu(cpu, mask) clear_bit((cpu), cpumask_bits(mask))
#define cpumask_test_cpu(cpu, mask) test_bit((cpu), cpumask_bits(mask))
#define cpumask_test_and_set_cpu(cpu, mask) test_and_set_bit((cpu), cpumask_bits(mask))
#define cpumask_test_and_clear_cpu(cpu, mask) test_and_clear_bit((cpu), cpumask_bits(mask))
#define cpumask_setall(mask) bitmap_fill(cpumask_bits(mask), NR_CPUS)
#define cpumask_clear(mask) bitmap_zero(cpumask_bits(mask), NR_CPUS)
#define cpumask_copy(to, from) bitmap_copy(cpumask_bits(to), cpumask_bits(from), NR_CPUS)
#define cpumask_and(to, a, b) bitmap_and(cpumask_bits(to), cpumask_bits(a), cpumask_bits(b), NR_CPUS)
#define cpumask_or(to, a, b) bitmap_or(cpumask_bits(to), cpumask_bits(a), cpumask_bits(b), NR_CPUS)
#define cpumask_andnot(to, a, b) bitmap_andnot(cpumask_bits(to), cpumask_bits(a), cpumask_bits(b), NR_CPUS)
#define cpumask_equal(a, b) bitmap_equal(cpumask_bits(a), cpumask_bits(b), NR_CPUS)
#define cpumask_intersects(a, b) bitmap_intersects(cpumask_bits(a), cpumask_bits(b), NR_CPUS)
#define cpumask_subset(a, b) bitmap_subset(cpumask_bits(a), cpumask_bits(b), NR_CPUS)
#define cpumask_empty(mask) bitmap_empty(cpumask_bits(mask), NR_CPUS)
#define cpumask_full(mask) bitmap_full(cpumask_bits(mask), NR_CPUS)
#define cpumask_weight(mask) bitmap_weight(cpumask_bits(mask), NR_CPUS)
#define cpumask_first(mask) ((unsigned int)find_first_bit(cpumask_bits(mask), NR_CPUS))
#define cpumask_last(mask) ((unsigned int)find_last_bit(cpumask_bits(mask), NR_CPUS))
#define cpumask_next(cpu, mask) ((unsigned int)find_next_bit(cpumask_bits(mask), NR_CPUS, (cpu) + 1))
#define cpumask_first_and(a, b) ((unsigned int)find_first_and_bit(cpumask_bits(a), cpumask_bits(b), NR_CPUS))
#define cpumask_next_and(cpu, a, b)							\
	((unsigned int)find_next_and_bit(cpumask_bits(a), cpumask_bits(b), NR_CPUS, (cpu) + 1))
#define cpumask_any(mask) cpumask_first(mask)
#define cpumask_any_and(a, b) cpumask_first_and((a), (b))
#define cpumask_local_spread(index, node) ((void)(index), (void)(node), 0U)
#define for_each_cpu(cpu, mask)								\
	for ((cpu) = cpumask_first(mask); (cpu) < nr_cpu_ids; (cpu) = cpumask_next((cpu), (mask)))
#define for_each_cpu_and(cpu, a, b)							\
	for ((cpu) = cpumask_first_and((a), (b)); (cpu) < nr_cpu_ids; (cpu) = cpumask_next_and((cpu), (a), (b)))

static inline bool alloc_cpumask_var(cpumask_var_t *mask, gfp_t gfp_mask)
{
	return true;
}

static inline bool zalloc_cpumask_var(cpumask_var_t *mask, gfp_t gfp_mask)
{
	cpumask_clear(*mask);
	return true;
}

#define alloc_cpumask_var_node(mask, gfp_mask, node) ((void)(node), alloc_cpumask_var((mask), (gfp_mask)))
#define zalloc_cpumask_var_node(mask, gfp_mask, node) ((void)(node), zalloc_cpumask_var((mask), (gfp_mask)))
#define free_cpumask_var(mask) ((void)(mask))

#endif
