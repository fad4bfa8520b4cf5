// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module that takes and gives objects in an order that a seed decides (alloc_mix=SEED), and keeps the address of each
 * in a list, so that the host can do the same and compare. An interrupt on line 9, where somebody raises it, does its
 * own allocations in between.
 */
#include <kernel/lab.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/slab.h>

#define STEPS 3000
#define SLOTS 400
#define CACHES 3
#define MIX_IRQ 9
#define KINDS 16
#define KEPT 7

static const unsigned int cache_sizes[CACHES] = { 40, 200, 1500 };
static const char *const cache_names[CACHES] = { "mix-40", "mix-200", "mix-1500" };

struct kmem_cache *mix_caches[CACHES];
u64 *mix_slots[SLOTS];
unsigned char mix_owners[SLOTS];	/* the cache that a slot's object is of, plus one; 0: a general one */
u64 mix_addresses[STEPS];
u64 mix_interrupts;
static void *kept[KEPT];		/* by the interrupt handler */

static u32 state;

static u32 next_random(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static void give(u32 slot)
{
	if (mix_owners[slot])
		kmem_cache_free(mix_caches[mix_owners[slot] - 1], mix_slots[slot]);
	else
		kfree(mix_slots[slot]);
	mix_slots[slot] = NULL;
}

/* Half of the objects are small, one in sixteen is for DMA, and one is larger than a page. */
static u64 *take(u32 slot, u32 kind, u32 number)
{
	mix_owners[slot] = 0;
	if (kind < 8)
		return kmalloc(number % 256, GFP_KERNEL);
	if (kind < 10)
		return kzalloc(number % 600, GFP_ATOMIC);
	if (kind == 10)
		return kmalloc(number % 1000, GFP_KERNEL | GFP_DMA);
	if (kind == 11)
		return kmalloc(4000 + number % 5000, GFP_KERNEL);
	mix_owners[slot] = 1 + number % CACHES;
	if (kind < 15)
		return kmem_cache_alloc(mix_caches[number % CACHES], GFP_KERNEL);
	return kmem_cache_zalloc(mix_caches[number % CACHES], GFP_KERNEL);
}

static void do_step(u32 step)
{
	u32 slot = next_random() % SLOTS, kind = next_random() % KINDS, number = next_random() >> 4;

	if (!ZERO_OR_NULL_PTR(mix_slots[slot])) {
		mix_addresses[step] = 1;
		give(slot);
		return;
	}
	mix_slots[slot] = take(slot, kind, number);
	mix_addresses[step] = (u64)mix_slots[slot];
	if (!ZERO_OR_NULL_PTR(mix_slots[slot]))
		mix_slots[slot][0] = step;	/* so that what is zeroed, and what is not, shows */
}

static irqreturn_t mix_interrupt(int irq, void *dev_id)
{
	u32 oldest = mix_interrupts++ % KEPT;

	/* What it takes it keeps for a while: the arrays are not left as they were. */
	kfree(kept[oldest]);
	kept[oldest] = kmalloc(1 + 40 * oldest % 250, GFP_ATOMIC);
	return IRQ_HANDLED;
}

static int alloc_mix_init(void)
{
	int error;

	state = command_line_number("alloc_mix", 1);
	for (int i = 0; i < CACHES; i++) {
		mix_caches[i] = kmem_cache_create(cache_names[i], cache_sizes[i], 0, 0, NULL);
		if (!mix_caches[i])
			return -ENOMEM;
	}
	checkpoint("mix-begin");
	error = request_irq(MIX_IRQ, mix_interrupt, 0, "alloc_mix", NULL);
	for (u32 step = 0; step < STEPS && !error; step++)
		do_step(step);
	free_irq(MIX_IRQ, NULL);
	checkpoint("mix-end");
	return error;
}

static void alloc_mix_exit(void)
{
	for (u32 slot = 0; slot < SLOTS; slot++)
		if (!ZERO_OR_NULL_PTR(mix_slots[slot]))
			give(slot);
	for (int i = 0; i < KEPT; i++)
		kfree(kept[i]);
	for (int i = 0; i < CACHES; i++)
		kmem_cache_destroy(mix_caches[i]);
}

module_init(alloc_mix_init);
module_exit(alloc_mix_exit);
MODULE_LICENSE("GPL");
