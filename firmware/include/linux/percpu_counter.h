/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters that are added to often and read seldom; with one CPU, the sum is exact. */
#ifndef LINUX_PERCPU_COUNTER_H
#define LINUX_PERCPU_COUNTER_H

#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/types.h>

struct percpu_counter {
	atomic64_t count;
	bool initialized;
};

static inline int percpu_counter_init(struct percpu_counter *counter, s64 amount, gfp_t gfp_mask)
{
	atomic64_set(&counter->count, amount);
	counter->initialized = true;
	return 0;
}

static inline void percpu_counter_destroy(struct percpu_counter *counter)
{
	counter->initialized = false;
}

static inline s64 percpu_counter_sum(struct percpu_counter *counter)
{
	return atomic64_read(&counter->count);
}

static inline s64 percpu_counter_sum_positive(struct percpu_counter *counter)
{
	s64 sum = percpu_counter_sum(counter);

	return sum < 0 ? 0 : sum;
}

static inline int percpu_counter_compare(struct percpu_counter *counter, s64 amount)
{
	s64 sum = percpu_counter_sum(counter);

	return sum < amount ? -1 : sum > amount;
}

#define percpu_counter_initialized(counter) ((counter)->initialized)
#define percpu_counter_set(counter, amount) atomic64_set(&(counter)->count, (amount))
#define percpu_counter_add(counter, amount) atomic64_add((amount), &(counter)->count)
#define percpu_counter_add_batch(counter, amount, batch) ((void)(batch), percpu_counter_add((counter), (amount)))
#define percpu_counter_add_local(counter, amount) percpu_counter_add((counter), (amount))
#define percpu_counter_sub(counter, amount) atomic64_sub((amount), &(counter)->count)
#define percpu_counter_inc(counter) percpu_counter_add((counter), 1)
#define percpu_counter_dec(counter) percpu_counter_sub((counter), 1)
#define percpu_counter_read(counter) percpu_counter_sum(counter)
#define percpu_counter_read_positive(counter) percpu_counter_sum_positive(counter)

#endif
