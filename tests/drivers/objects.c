// SPDX-License-Identifier: GPL-2.0-only
/* Data structures and allocations: caches, lists, hash lists, numbers, references, bits, pages, vmalloc, strings. */
#include <linux/bitfield.h>
#include <linux/idr.h>
#include <linux/jhash.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/percpu-refcount.h>
#include <linux/random.h>
#include <linux/seq_buf.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

struct thing {
	struct kref ref;
	int id;
	struct hlist_node hash;
	char name[12];
};

static struct kmem_cache *cache;
static DEFINE_IDR(ids);
static DEFINE_IDA(numbers);
static int released;

static void thing_release(struct kref *ref)
{
	struct thing *thing = container_of(ref, struct thing, ref);

	idr_remove(&ids, thing->id);
	hlist_del(&thing->hash);
	kmem_cache_free(cache, thing);
	released++;
}

static int use_things(void)
{
	HLIST_HEAD(hash);
	struct thing *thing;
	int count = 0;

	for (int i = 0; i < 5; i++) {
		thing = kmem_cache_zalloc(cache, GFP_KERNEL);
		if (!thing)
			return -ENOMEM;
		kref_init(&thing->ref);
		thing->id = idr_alloc(&ids, thing, 1, 0, GFP_KERNEL);
		snprintf(thing->name, sizeof(thing->name), "thing%02d", thing->id);
		hlist_add_head(&thing->hash, &hash);
	}
	hlist_for_each_entry(thing, &hash, hash)
		count += !strncmp(thing->name, "thing", 5);
	for (int id = 1; id <= 5; id++) {
		thing = idr_find(&ids, id);
		kref_get(&thing->ref);
		kref_put(&thing->ref, thing_release);
		kref_put(&thing->ref, thing_release);
	}
	return count == 5 && released == 5 && hlist_empty(&hash) && idr_is_empty(&ids) ? 0 : -EINVAL;
}

static int use_memory(void)
{
	unsigned long page = get_zeroed_page(GFP_KERNEL);
	struct page *pages = alloc_pages(GFP_KERNEL, 1);
	u8 *large = vzalloc(3 * PAGE_SIZE);
	int *array = kmalloc_array(10, sizeof(*array), GFP_KERNEL);
	char *text = kasprintf(GFP_KERNEL, "%s-%d", "text", 42);
	char *copy = text ? kstrdup(text, GFP_KERNEL) : NULL;
	int err = -ENOMEM;

	if (page && pages && large && array && copy) {
		memset(page_address(pages), 0xaa, 2 * PAGE_SIZE);
		large[2 * PAGE_SIZE] = 1;
		array = krealloc(array, 100 * sizeof(*array), GFP_KERNEL);
		err = strcmp(copy, "text-42") || virt_to_page(page) == pages || !is_vmalloc_addr(large) ? -EINVAL : 0;
	}
	kfree(copy);
	kfree(text);
	kfree(array);
	vfree(large);
	if (pages)
		__free_pages(pages, 1);
	free_page(page);
	return err;
}

static int use_arithmetic(void)
{
	DECLARE_BITMAP(bits, 100) = { 0 };
	char buf[] = "a, b,c", *rest = buf, *word, line[64];
	int words = 0, a = 0;
	unsigned int b = 0;
	u64 big = 0x123456789abcdefULL;

	set_bit(70, bits);
	while ((word = strsep(&rest, ",")))
		words += *strim(word) != 0;
	snprintf(line, sizeof(line), "%d %#x %llx %*phN", -5, 0x2a, big, 3, "\x01\x02\x03");
	if (strcmp(line, "-5 0x2a 123456789abcdef 010203"))
		return -EILSEQ;
	if (sscanf("12 0x1f", "%d %x", &a, &b) != 2 || a != 12 || b != 0x1f)
		return -EDOM;
	if (sscanf("0xa7", "%2x%x", &b, &b) != 2 || b != 0xa7)
		return -EDOM;
	return find_first_bit(bits, 100) == 70 && words == 3 && FIELD_GET(GENMASK(7, 4), 0xab) == 0xa &&
	       upper_32_bits(big) == 0x1234567 && DIV_ROUND_UP(10, 4) == 3 && clamp(15, 0, 10) == 10 ? 0 : -ERANGE;
}

static int ended;

static void end(struct percpu_ref *ref)
{
	ended++;
}

static int use_counts(void)
{
	u32 words[2] = { 1, 2 };
	struct percpu_ref users;
	DECLARE_SEQ_BUF(text, 8);
	int right;

	if (percpu_ref_init(&users, end, 0, GFP_KERNEL) || !percpu_ref_tryget_live(&users))
		return -ENOMEM;
	percpu_ref_kill(&users);
	right = !ended && !percpu_ref_tryget_live(&users) && percpu_ref_is_dying(&users);
	percpu_ref_put(&users);
	right &= ended == 1 && percpu_ref_is_zero(&users);
	seq_buf_printf(&text, "%d,", 12);
	right &= seq_buf_used(&text) == 3 && !seq_buf_puts(&text, "abcd") && seq_buf_putc(&text, 'e') == -1;
	right &= seq_buf_has_overflowed(&text) && !strcmp(seq_buf_str(&text), "12,abcd");
	percpu_ref_exit(&users);
	return right && jhash("Four score and seven years ago", 30, 0) == 0x17770551 &&
	       jhash2(words, 2, 5) == jhash_2words(1, 2, 5) ? 0 : -EILSEQ;
}

static int __init objects_init(void)
{
	int number = ida_alloc(&numbers, GFP_KERNEL), err;

	get_random_u32();
	cache = KMEM_CACHE(thing, SLAB_HWCACHE_ALIGN);
	if (!cache)
		return -ENOMEM;
	err = use_things();
	if (!err)
		err = use_memory();
	if (!err)
		err = use_arithmetic();
	if (!err)
		err = use_counts();
	ida_free(&numbers, number);
	if (err)
		kmem_cache_destroy(cache);
	else
		pr_info("objects: all is right\n");
	return err;
}

static void __exit objects_exit(void)
{
	kmem_cache_destroy(cache);
	idr_destroy(&ids);
}

module_init(objects_init);
module_exit(objects_exit);
MODULE_LICENSE("GPL");
