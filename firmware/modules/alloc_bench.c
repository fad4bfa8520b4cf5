// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module that does each of a few things many times between two checkpoints, by which the host takes the time, in turn
 * and again and again: alloc_bench=COUNT rounds=ROUNDS on the command line.
 */
#include <kernel/lab.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/slab.h>

#define STACK_ENTRIES 128
#define TRAPS_SHARE 32			/* what goes through the trap gate is done so many times less often */

static struct {
	unsigned int avail, limit;
	void *entry[STACK_ENTRIES];
} stack;

/* What the allocator's hot path would be if there were no caches to find. */
static noinline void *stack_pop(size_t size, gfp_t gfp_mask)
{
	return stack.avail ? stack.entry[--stack.avail] : NULL;
}

static noinline void stack_push(void *objp)
{
	if (stack.avail < stack.limit)
		stack.entry[stack.avail++] = objp;
}

static void pairs(unsigned long count)
{
	while (count--)
		kfree(kmalloc(64, GFP_KERNEL));
}

static void own_pairs(struct kmem_cache *cachep, unsigned long count)
{
	while (count--)
		kmem_cache_free(cachep, kmem_cache_alloc(cachep, GFP_KERNEL));
}

static void stack_pairs(unsigned long count)
{
	stack.limit = STACK_ENTRIES;
	stack.avail = STACK_ENTRIES / 2;
	while (count--)
		stack_push(stack_pop(64, GFP_KERNEL));
}

static void traps(unsigned long count)
{
	while (count--)
		ksize(ZERO_SIZE_PTR);
}

static void measure(unsigned long count, struct kmem_cache *cachep)
{
	u32 was = pcpu_hot.slab_fast_pfns;

	checkpoint("pairs-begin");
	pairs(count);
	checkpoint("pairs-end");
	checkpoint("own-begin");
	own_pairs(cachep, count);
	checkpoint("own-end");
	checkpoint("stack-begin");
	stack_pairs(count);
	checkpoint("stack-end");
	pcpu_hot.slab_fast_pfns = 0;
	checkpoint("trapped-begin");
	pairs(count / TRAPS_SHARE);
	checkpoint("trapped-end");
	pcpu_hot.slab_fast_pfns = was;
	checkpoint("traps-begin");
	traps(count / TRAPS_SHARE);
	checkpoint("traps-end");
}

static int alloc_bench_init(void)
{
	unsigned long count = command_line_number("alloc_bench", 10000);
	struct kmem_cache *cachep = kmem_cache_create("bench", 64, 0, 0, NULL);

	if (!cachep)
		return -ENOMEM;
	for (unsigned long round = command_line_number("rounds", 1); round; round--)
		measure(count, cachep);
	kmem_cache_destroy(cachep);
	return 0;
}

static void alloc_bench_exit(void)
{
}

module_init(alloc_bench_init);
module_exit(alloc_bench_exit);
MODULE_LICENSE("GPL");
