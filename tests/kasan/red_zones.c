// SPDX-License-Identifier: GPL-2.0-only
/* What a debugging slab allocator finds when objects come back to it. Each line is marked that it finds something at. */
#include <linux/module.h>
#include <linux/slab.h>

static bool twice;
module_param(twice, bool, 0);

static noinline void fill(char *at, int count)
{
	for (int i = 0; i < count; i++)
		((volatile char *)at)[i] = i;
}

static int __init red_zones_init(void)
{
	struct kmem_cache *cachep = kmem_cache_create("red_zones", 40, 0, 0, NULL);
	char *p = kmalloc(64, GFP_KERNEL);

	fill(p, 64);
	kfree(p);
	p = kmalloc(64, GFP_KERNEL); /* the first */
	fill(p, 65);
	kfree(p);			/* slab-redzone */
	p = kmalloc(64, GFP_KERNEL);
	kfree(p); /* too early */
	fill(p + 3, 2);
	p = kmalloc(64, GFP_KERNEL);	/* slab-poison */
	kfree(p);
	p = kmem_cache_alloc(cachep, GFP_KERNEL);
	kmem_cache_free(cachep, p);
	fill(p - 1, 1);
	kmem_cache_destroy(cachep);	/* slab-redzone */
	if (twice) {
		p = kmalloc(64, GFP_KERNEL);
		kfree(p);
		kfree(p);		/* slab-double-free */
	}
	return 0;
}

static void __exit red_zones_exit(void)
{
}

module_init(red_zones_init);
module_exit(red_zones_exit);
MODULE_DESCRIPTION("damage that debugging finds");
MODULE_LICENSE("GPL");
