// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module with a cache of its own: init makes it and uses it, exit destroys it. With cache_module=keep-one on the
 * command line it forgets an object, as faulty modules do; then the kernel must refuse to destroy the cache.
 */
#include <kernel/lab.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#define OBJECTS 100
#define MAGIC 0x6d6f6475

struct record {
	u32 magic;
	u32 number;
	char text[88];
};

static struct kmem_cache *record_cache;
static struct record *records[OBJECTS];

static void record_ctor(struct kmem_cache *cachep, void *objp)
{
	struct record *record = objp;

	memset(record, 0, sizeof(*record));
	record->magic = MAGIC;
}

static void free_records(int from)
{
	for (int i = from; i < OBJECTS; i++) {
		if (records[i])
			kmem_cache_free(record_cache, records[i]);
		records[i] = NULL;
	}
}

/* Take objects, see that each came constructed, and leave it as the constructor would, as users of a cache must. */
static int use_records(void)
{
	int error = 0;

	for (u32 i = 0; i < OBJECTS; i++) {
		records[i] = kmem_cache_alloc(record_cache, GFP_KERNEL);
		if (!records[i])
			return -ENOMEM;
		if (records[i]->magic != MAGIC || records[i]->number)
			error = -EBADMSG;
	}
	return error;
}

static int keeps_one(void)
{
	char value[16];

	return command_line_option("cache_module", value, sizeof(value)) && !strcmp(value, "keep-one");
}

static int cache_module_init(void)
{
	int error;

	record_cache = kmem_cache_create("module_record", sizeof(struct record), 0, 0, record_ctor);
	if (!record_cache)
		return -ENOMEM;
	error = use_records();
	checkpoint("module-used");
	free_records(keeps_one() ? 1 : 0);
	if (error) {
		free_records(0);
		kmem_cache_destroy(record_cache);
	}
	return error;
}

static void cache_module_exit(void)
{
	kmem_cache_destroy(record_cache);
	checkpoint("module-unloaded");
}

module_init(cache_module_init);
module_exit(cache_module_exit);
MODULE_LICENSE("GPL");
