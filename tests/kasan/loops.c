// SPDX-License-Identifier: GPL-2.0-only
/* Loops that do little but touch memory. */
#include <kernel/lab.h>
#include <linux/module.h>
#include <linux/slab.h>

#define WORDS 8192	/* 64 KiB: no two pages in use share a slot of the engine's TLB */
#define ROUNDS 40

static volatile u64 sum;

static noinline void words(u64 *a, u64 *b)
{
	for (int i = 0; i < WORDS; i++)
		a[i] = b[i] + 1;
}

static noinline void bytes(u8 *a, u8 *b)
{
	for (int i = 0; i < WORDS; i++)
		a[i] = b[i] + 1;
}

static noinline u64 chain(u64 *a, u64 at)
{

	for (int i = 0; i < WORDS; i++)
		at = a[at];
	return at;
}

/* The host takes the time between two checkpoints of a name. */
static int __init loops_init(void)
{
	u64 *a = kmalloc(8 * WORDS, GFP_KERNEL), *b = kzalloc(8 * WORDS, GFP_KERNEL);

	for (int i = 0; i < ROUNDS; i++) {
		checkpoint("words");
		words(a, b);
		checkpoint("words");
		checkpoint("bytes");
		bytes((u8 *)a, (u8 *)b);
		checkpoint("bytes");
		for (u64 at = 0; at < WORDS; at++)
			a[at] = (at * 2654435761UL + 1) % WORDS;
		checkpoint("chain");
		sum = chain(a, sum);
		checkpoint("chain");
	}
	kfree(a);
	kfree(b);
	return 0;
}

static void __exit loops_exit(void)
{
}

module_init(loops_init);
module_exit(loops_exit);
MODULE_LICENSE("GPL");
