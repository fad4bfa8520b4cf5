// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that caches objects and gives them back when memory is short, and one that waits for the reap timer:
 * reclaim_test=shrinker, reap or oom on the command line. It tells on the console what came of it.
 */
#include <kernel/lab.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/string.h>

#define OBJECT_SIZE 2000
#define CACHED 4000		/* objects: 2,000 pages */
#define REAPED 400

struct cached {
	struct cached *next;
};

static struct kmem_cache *cache;
static struct cached *cached;		/* objects that can be made again */
static int nr_cached, times_asked;
static struct cached *pages;		/* what has been allocated until memory was short */

static int fill(int count)
{
	for (int i = 0; i < count; i++) {
		struct cached *object = kmem_cache_alloc(cache, GFP_KERNEL);

		if (!object)
			return -ENOMEM;
		object->next = cached;
		cached = object;
		nr_cached++;
	}
	return 0;
}

static int shrink(int nr_to_scan, gfp_t gfp_mask)
{
	times_asked += nr_to_scan > 0;
	for (; nr_to_scan > 0 && cached; nr_to_scan--) {
		struct cached *object = cached;

		cached = object->next;
		nr_cached--;
		kmem_cache_free(cache, object);
	}
	if (times_asked)
		kmem_cache_shrink(cache);
	return nr_cached;
}

static struct shrinker shrinker = { .shrink = shrink, .seeks = DEFAULT_SEEKS };

/* Allocate until the shrinker was asked, and some more. */
static int press(int more)
{
	int allocated = 0;

	while (!times_asked || more-- > 0) {
		struct cached *page = kmalloc(PAGE_SIZE, GFP_KERNEL);

		if (!page)
			return -ENOMEM;
		page->next = pages;
		pages = page;
		allocated++;
	}
	printk(KERN_INFO "reclaim_test: %d pages, asked %d times, %d objects left\n", allocated, times_asked, nr_cached);
	return 0;
}

static int test_shrinker(void)
{
	int error;

	register_shrinker(&shrinker);
	error = fill(CACHED);
	if (!error)
		error = press(500);
	unregister_shrinker(&shrinker);
	while (pages) {
		struct cached *page = pages;

		pages = page->next;
		kfree(page);
	}
	return error;
}

static int test_reap(void)
{
	int error = fill(REAPED);

	shrink(0, GFP_KERNEL);
	while (cached) {
		struct cached *object = cached;

		cached = object->next;
		kmem_cache_free(cache, object);
	}
	checkpoint("freed");
	msleep(30 * 1000);
	checkpoint("reaped");
	return error;
}

static int __init reclaim_test_init(void)
{
	char what[16] = "shrinker";
	int error;

	command_line_option("reclaim_test", what, sizeof(what));
	cache = kmem_cache_create("reclaim_test", OBJECT_SIZE, 0, 0, NULL);
	if (!cache)
		return -ENOMEM;
	if (!strcmp(what, "oom"))
		return press(0);
	error = !strcmp(what, "reap") ? test_reap() : test_shrinker();
	while (cached) {
		struct cached *object = cached;

		cached = object->next;
		kmem_cache_free(cache, object);
	}
	kmem_cache_destroy(cache);
	return error;
}

static void __exit reclaim_test_exit(void)
{
}

module_init(reclaim_test_init);
module_exit(reclaim_test_exit);
