// SPDX-License-Identifier: GPL-2.0-only
/* One wrong access or free after the other; each line that has one says which, in the order of their happening. */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#define SIZE 13

static char table[SIZE];
static volatile int zero;	/* that compilers do not know */
static char *kept;

static noinline void store(char *at, int index)
{
	((volatile char *)at)[index] = 1;
}

static noinline void heap(void)
{
	volatile char *p = kmalloc(SIZE, GFP_KERNEL);
	volatile u64 *words = kmalloc(24, GFP_KERNEL);
	char *large = kmalloc(5000, GFP_KERNEL);
	char *next = kmalloc(64, GFP_KERNEL);

	p[zero + SIZE - 1] = 1;
	p[zero + SIZE] = 1;			/* kasan-slab-out-of-bounds */
	p[zero - 1] = 1;			/* kasan-slab-out-of-bounds */
	(void)words[zero + 3];			/* kasan-slab-out-of-bounds */
	words[zero + 2] = 1;
	memset(large + zero, 0, 5000);
	memset(large + zero, 0, 5001);		/* kasan-slab-out-of-bounds */
	memcpy((void *)p, large, SIZE + 1);	/* kasan-slab-out-of-bounds */
	memset((void *)p, 'a', SIZE);
	(void)strlen((char *)p);		/* kasan-slab-out-of-bounds */
	sprintf((char *)p, "%s %d", "number", 54321); /* exactly 13 */
	sprintf((char *)p, "%s %d", "number", 654321); /* kasan-slab-out-of-bounds */
	next = krealloc(next, 20, GFP_KERNEL);
	((volatile char *)next)[zero + 20] = 1;	/* kasan-slab-out-of-bounds */
	kfree(next);
	kept = krealloc(next, 10, GFP_KERNEL);	/* kasan-slab-use-after-free */
	kfree(large);
	kfree((void *)words);
	kfree((void *)p);
	(void)p[zero];				/* kasan-slab-use-after-free */
	words[zero + 1] = 2;			/* kasan-slab-use-after-free */
	kfree((void *)p);			/* kasan-double-free */
	p = kmalloc(100, GFP_KERNEL);
	kfree((void *)&p[8]);			/* kasan-invalid-free */
	kfree((void *)p);
	kfree(table);				/* kasan-invalid-free */
}

static noinline void caches(void)
{
	struct kmem_cache *small = kmem_cache_create("faults_small", 20, 0, 0, NULL);
	struct kmem_cache *other = kmem_cache_create("faults_other", 48, 0, 0, NULL);
	volatile char *p = kmem_cache_alloc(small, GFP_KERNEL);

	p[zero + 20] = 1;			/* kasan-slab-out-of-bounds */
	kmem_cache_free(other, (void *)p);	/* kasan-wrong-cache */
	p[zero] = 1;				/* kasan-slab-use-after-free */
	kmem_cache_free(small, (void *)p);	/* kasan-double-free */
	kmem_cache_destroy(small);
	kmem_cache_destroy(other);
	p = (void *)__get_free_pages(GFP_KERNEL, 1);
	p[zero + 8191] = 1;
	free_pages((unsigned long)p, 1);
	p[zero + 4096] = 1;			/* kasan-use-after-free */
}

static noinline void device(void)
{
	void __iomem *window = vzalloc(PAGE_SIZE);	/* as good as registers */
	char *p = kmalloc(SIZE, GFP_KERNEL);

	memcpy_fromio(p, window, SIZE);
	memcpy_fromio(p + zero, window, SIZE + 1); /* kasan-slab-out-of-bounds */
	memcpy_toio(window, p + 1, SIZE);		/* kasan-slab-out-of-bounds */
	vfree(window);
	kfree(p);
}

static noinline void stack(int length)
{
	volatile char local[SIZE];
	char variable[length];

	local[zero + SIZE - 1] = 1;
	local[zero + SIZE] = 1;			/* kasan-stack-out-of-bounds */
	local[zero - 1] = 1;			/* kasan-stack-out-of-bounds */
	((volatile char *)variable)[zero + length] = 1; /* kasan-alloca-out-of-bounds */
	{
		volatile char inner[16];

		inner[zero] = 0;
		kept = (char *)inner;
	}
	((volatile char *)kept)[zero] = 1;	/* kasan-use-after-scope */
}

static int __init faults_init(void)
{
	heap();
	caches();
	device();
	stack(zero + SIZE);
	store(table, SIZE - 1);
	((volatile char *)table)[zero + SIZE] = 1; /* kasan-global-out-of-bounds */
	return 0;
}

static void __exit faults_exit(void)
{
}

module_init(faults_init);
module_exit(faults_exit);
MODULE_DESCRIPTION("wrong accesses to memory");
MODULE_LICENSE("GPL");
