// SPDX-License-Identifier: GPL-2.0-only
/* Queues, trees, tables, bitmaps, sorting and checks of Linux's library: each is held against what must come of it. */
#include <linux/bitfield.h>
#include <linux/bitmap.h>
#include <linux/bsearch.h>
#include <linux/crc-ccitt.h>
#include <linux/crc32.h>
#include <linux/hashtable.h>
#include <linux/idr.h>
#include <linux/interval_tree.h>
#include <linux/kfifo.h>
#include <linux/list_sort.h>
#include <linux/llist.h>
#include <linux/local_lock.h>
#include <linux/min_heap.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/percpu_counter.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/ratelimit.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string_helpers.h>
#include <linux/u64_stats_sync.h>
#include <linux/uuid.h>
#include <linux/xarray.h>

#define ITEMS 500

static int failures;

#define EXPECT(condition) do {								\
	if (!(condition)) {								\
		pr_err("library: line %d: %s is wrong\n", __LINE__, #condition);	\
		failures++;								\
	}										\
} while (0)

struct item {
	struct rb_node node;
	struct hlist_node hash;
	struct list_head list;
	struct llist_node lockless;
	u32 key;
	int order;
};

static struct item items[ITEMS];
static DEFINE_HASHTABLE(table, 5);
static DEFINE_KFIFO(numbers, u32, 8);
static DEFINE_IDA(ida);
static DEFINE_SEQLOCK(seqlock);

static bool less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct item, node)->key < rb_entry(b, struct item, node)->key;
}

static int compare_u32(const void *a, const void *b)
{
	return *(const u32 *)a < *(const u32 *)b ? -1 : *(const u32 *)a > *(const u32 *)b;
}

static int compare_items(void *priv, const struct list_head *a, const struct list_head *b)
{
	return compare_u32(&list_entry(a, struct item, list)->key, &list_entry(b, struct item, list)->key);
}

/* The black nodes on each way down: -1 where two ways differ, or a red node has a red child. */
static int black_height(struct rb_node *node, bool parent_is_red)
{
	bool is_red;
	int left, right;

	if (!node)
		return 0;
	is_red = !(node->__rb_parent_color & 1);
	left = black_height(node->rb_left, is_red);
	right = black_height(node->rb_right, is_red);
	return left < 0 || left != right || (is_red && parent_is_red) ? -1 : left + !is_red;
}

static void try_tree(void)
{
	struct rb_root root = RB_ROOT;
	struct rb_node *node;
	int count = 0;
	u32 last = 0;

	for (int i = 0; i < ITEMS; i++) {
		items[i].key = get_random_u32() % 1000;
		rb_add(&items[i].node, &root, less);
	}
	EXPECT(black_height(root.rb_node, true) > 0);
	for (int i = 0; i < ITEMS; i += 2) {
		rb_erase(&items[i].node, &root);
		EXPECT(black_height(root.rb_node, true) > 0);
	}
	for (node = rb_first(&root); node; node = rb_next(node), count++) {
		EXPECT(rb_entry(node, struct item, node)->key >= last);
		last = rb_entry(node, struct item, node)->key;
	}
	EXPECT(count == ITEMS / 2);
	EXPECT(rb_prev(rb_first(&root)) == NULL && rb_next(rb_last(&root)) == NULL);
}

static void try_lists(void)
{
	LLIST_HEAD(lockless);
	LIST_HEAD(head);
	struct item *at, *before = NULL;
	int count = 0, bucket;

	for (int i = 0; i < ITEMS; i++) {
		items[i].order = i;
		list_add_tail(&items[i].list, &head);
		hash_add(table, &items[i].hash, items[i].key);
		EXPECT(llist_add(&items[i].lockless, &lockless) == !i);
	}
	list_sort(NULL, &head, compare_items);
	list_for_each_entry(at, &head, list) {
		EXPECT(!before || before->key < at->key || (before->key == at->key && before->order < at->order));
		EXPECT(at->list.next->prev == &at->list);
		before = at;
		count++;
	}
	hash_for_each_possible(table, at, hash, items[7].key)
		count += at == &items[7];
	hash_for_each(table, bucket, at, hash)
		count++;
	EXPECT(count == 2 * ITEMS + 1);
	EXPECT(llist_entry(llist_reverse_order(llist_del_all(&lockless)), struct item, lockless) == &items[0]);
}

static void try_queues(void)
{
	struct kfifo_rec_ptr_1 records;
	u32 value, out[8];
	char text[16];

	for (u32 i = 0; i < 10; i++)
		EXPECT(kfifo_put(&numbers, i * i) == (i < 8));
	EXPECT(kfifo_is_full(&numbers) && kfifo_get(&numbers, &value) && value == 0);
	EXPECT(kfifo_peek(&numbers, &value) && value == 1);
	EXPECT(kfifo_out(&numbers, out, 8) == 7 && out[6] == 49 && kfifo_is_empty(&numbers));
	EXPECT(kfifo_alloc(&records, 20, GFP_KERNEL) == 0 && kfifo_size(&records) == 32);
	EXPECT(kfifo_in(&records, "first", 5) == 5 && kfifo_in(&records, "the second record", 17) == 17);
	EXPECT(kfifo_in(&records, "does not fit", 12) == 0 && kfifo_peek_len(&records) == 5);
	EXPECT(kfifo_out(&records, text, 3) == 3 && !memcmp(text, "fir", 3));
	EXPECT(kfifo_out(&records, text, sizeof(text)) == 16 && !memcmp(text, "the second recor", 16));
	EXPECT(kfifo_len(&records) == 0);
	kfifo_free(&records);
}

static void try_numbers(void)
{
	DEFINE_XARRAY_ALLOC(array);
	DEFINE_IDR(idr);
	unsigned long index;
	void *entry;
	u32 id, sum = 0;

	EXPECT(!xa_err(xa_store(&array, 5, &array, GFP_KERNEL)));
	EXPECT(!xa_err(xa_store(&array, 1UL << 40, xa_mk_value(77), GFP_KERNEL)));
	EXPECT(xa_load(&array, 5) == &array && !xa_load(&array, 6) && xa_insert(&array, 5, &idr, GFP_KERNEL) == -EBUSY);
	xa_set_mark(&array, 1UL << 40, XA_MARK_1);
	xa_for_each_marked(&array, index, entry, XA_MARK_1)
		EXPECT(index == 1UL << 40 && xa_to_value(entry) == 77);
	EXPECT(xa_alloc(&array, &id, &idr, xa_limit_32b, GFP_KERNEL) == 0 && id == 0);
	xa_for_each(&array, index, entry)
		sum++;
	EXPECT(sum == 3 && xa_erase(&array, 1UL << 40) == xa_mk_value(77));
	xa_destroy(&array);
	EXPECT(xa_empty(&array));

	for (int i = 0; i < 300; i++)
		EXPECT(idr_alloc(&idr, &items[i], 10, 0, GFP_KERNEL) == 10 + i);
	EXPECT(idr_remove(&idr, 42) == &items[32] && !idr_find(&idr, 42));
	EXPECT(idr_alloc(&idr, &idr, 0, 0, GFP_KERNEL) == 0 && idr_alloc(&idr, &idr, 10, 0, GFP_KERNEL) == 42);
	idr_destroy(&idr);
	for (int i = 0; i < 100; i++)
		EXPECT(ida_alloc(&ida, GFP_KERNEL) == i);
	ida_free(&ida, 64);
	EXPECT(ida_alloc_min(&ida, 3, GFP_KERNEL) == 64);
	ida_destroy(&ida);
}

static void try_places(void)
{
	DEFINE_XARRAY(array);
	XA_STATE(xas, &array, 70);
	unsigned long sum = 0;
	void *entry;

	EXPECT(!xas_load(&xas));
	do {
		xas_lock(&xas);
		xas_store(&xas, xa_mk_value(70));
		xas_set(&xas, 1UL << 40);
		EXPECT(!xas_store(&xas, XA_ZERO_ENTRY) && xas_load(&xas) == XA_ZERO_ENTRY && !xas_error(&xas));
		xas_unlock(&xas);
	} while (xas_nomem(&xas, GFP_KERNEL));
	for (int i = 0; i < 5; i++)
		xa_store(&array, 100 + i, xa_mk_value(100 + i), GFP_KERNEL);
	xas_set(&xas, 71);
	xas_lock(&xas);
	xas_for_each(&xas, entry, 103) {
		sum += xas_retry(&xas, entry) ? 0 : xa_to_value(entry);
		if (xas.xa_index == 101) {
			xas_set_mark(&xas, XA_MARK_2);
			xas_pause(&xas);
		}
	}
	EXPECT(sum == 100 + 101 + 102 + 103 && xas.xa_index == 104);
	EXPECT(xas_next(&xas) == xa_mk_value(104) && xas_prev(&xas) == xa_mk_value(103) && xas_get_mark(&xas, XA_MARK_2) == 0);
	xas_set(&xas, 0);
	EXPECT(xas_find_marked(&xas, ULONG_MAX, XA_MARK_2) == xa_mk_value(101) && xas_store(&xas, NULL) == xa_mk_value(101));
	xas_unlock(&xas);
	EXPECT(!xa_marked(&array, XA_MARK_2) && !xa_load(&array, 101) && !xa_load(&array, 1UL << 40));
	xas_set_err(&xas, -ENOMEM);
	EXPECT(xas_nomem(&xas, GFP_KERNEL) && xas.xa_alloc && !xas_error(&xas));
	EXPECT(!xas_nomem(&xas, GFP_KERNEL) && !xas.xa_alloc);
	xa_destroy(&array);

	EXPECT(ida_alloc_min(&ida, INT_MAX - 70, GFP_KERNEL) == INT_MAX - 70);
	for (int i = 0; i < 5000; i++)
		EXPECT(ida_alloc(&ida, GFP_KERNEL) == i);
	ida_free(&ida, 400);
	EXPECT(ida_alloc_range(&ida, 399, 401, GFP_KERNEL) == 400 && ida_alloc_max(&ida, 4999, GFP_KERNEL) == -ENOSPC);
	EXPECT(ida_find_first_range(&ida, 5000, ~0U) == INT_MAX - 70 && !ida_exists(&ida, 5000) && ida_exists(&ida, 4000));
	ida_destroy(&ida);
}

static bool more(const void *a, const void *b)
{
	return *(const u32 *)a > *(const u32 *)b;
}

static void swap_u32(void *a, void *b)
{
	swap(*(u32 *)a, *(u32 *)b);
}

static void try_intervals(void)
{
	static const struct min_heap_callbacks callbacks = { sizeof(u32), more, swap_u32 };
	static struct interval_tree_node nodes[200];
	struct rb_root_cached root = RB_ROOT_CACHED;
	struct interval_tree_node *at;
	u32 memory[ARRAY_SIZE(nodes)];
	struct min_heap heap = { memory, 0, ARRAY_SIZE(memory) };
	struct rnd_state state;
	int wanted, found;

	prandom_seed_state(&state, 42);
	for (int i = 0; i < ARRAY_SIZE(nodes); i++) {
		u32 start = prandom_u32_state(&state) % 1000;

		nodes[i].start = start;
		nodes[i].last = start + prandom_u32_state(&state) % 50;
		interval_tree_insert(&nodes[i], &root);
		min_heap_push(&heap, &start, &callbacks);
	}
	for (int i = 0; i < ARRAY_SIZE(nodes) / 2; i++)
		interval_tree_remove(&nodes[i], &root);
	EXPECT(black_height(root.rb_root.rb_node, true) > 0);
	for (u32 start = 0; start < 1050; start += 7) {
		wanted = found = 0;
		for (int i = ARRAY_SIZE(nodes) / 2; i < ARRAY_SIZE(nodes); i++)
			wanted += nodes[i].start <= start + 3 && nodes[i].last >= start;
		for (at = interval_tree_iter_first(&root, start, start + 3); at;
		     at = interval_tree_iter_next(at, start, start + 3))
			found += at->start <= start + 3 && at->last >= start;
		EXPECT(wanted == found);
	}
	for (u32 last = ~0U; heap.nr; min_heap_pop(&heap, &callbacks)) {
		EXPECT(memory[0] <= last);
		last = memory[0];
	}
}

static void try_bits(void)
{
	DECLARE_BITMAP(map, 200);
	char text[64];
	unsigned int bit, count = 0;

	bitmap_zero(map, 200);
	bitmap_set(map, 60, 10);
	__set_bit(199, map);
	for_each_set_bit(bit, map, 200)
		count++;
	EXPECT(count == 11 && bitmap_weight(map, 200) == 11 && find_last_bit(map, 200) == 199);
	EXPECT(find_next_zero_bit(map, 200, 60) == 70 && bitmap_find_next_zero_area(map, 200, 0, 100, 0) == 70);
	snprintf(text, sizeof(text), "%*pbl", 200, map);
	EXPECT(!strcmp(text, "60-69,199"));
	EXPECT(!bitmap_parselist("1,3-5", map, 200) && map[0] == 0x3a);
	bitmap_shift_left(map, map, 62, 200);
	EXPECT(find_first_bit(map, 200) == 63 && test_bit(67, map));
}

static void try_more_bits(void)
{
	DECLARE_BITMAP(map, 100);
	DECLARE_BITMAP(other, 100);
	unsigned long clump = 0, bit, sum = 0;
	int first, last;

	EXPECT(!bitmap_parse(" 3,00000081\n", 20, map, 100) && map[0] == 0x300000081 && !bitmap_parse("", 1, other, 100));
	EXPECT(bitmap_parse("100000000", 20, map, 100) == -EOVERFLOW && bitmap_parse("1,,g", 20, map, 100) == -EINVAL);
	EXPECT(!bitmap_parselist("0-31:2/8, N", map, 100) && map[0] == 0x03030303 && test_bit(99, map));
	EXPECT(bitmap_parselist("0-100", map, 100) == -ERANGE && bitmap_parselist("3-1", map, 100) == -EINVAL);
	bitmap_from_arr32(map, (u32 []) { 0xf0, 0, 1, 0 }, 100);
	for_each_set_clump8(bit, clump, map, 100)
		sum += bit + clump;
	EXPECT(sum == 0xf0 + 64 + 1 && bitmap_read(map, 5, 60) == (7 | 1UL << 59));
	sum = 0;
	for_each_set_bit_wrap(bit, map, 100, 6)
		sum = sum * 100 + bit;
	EXPECT(sum == 607640405);
	bitmap_cut(other, map, 5, 60, 100);
	EXPECT(other[0] == 0x10 && !other[1]);
	bitmap_gather(other, map, (unsigned long []) { 0x55, 3 }, 100);
	EXPECT(other[0] == 0x1c);
	bitmap_scatter(other, other, (unsigned long []) { 0xff00, 0 }, 100);
	bitmap_remap(other, map, map, (unsigned long []) { 0x800000000000000f, 0 }, 100);
	EXPECT(other[0] == 0x800000000000000f && !other[1]);
	for_each_clear_bitrange(first, last, map, 100)
		sum = first * 1000 + last;
	EXPECT(sum == 65 * 1000 + 100);
	EXPECT(set_mask_bits(&clump, 0xf, 0xa) == 1 && clump == 0xa && fns(0x15, 2) == 4 && !parity8(0x33));
}

struct counted {
	u32 count;
	u16 values[] __counted_by(count);
};

static void try_small_things(void)
{
	static DEFINE_SPINLOCK(lock);
	refcount_t users = REFCOUNT_INIT(2);
	struct hlist_head from = HLIST_HEAD_INIT, to = HLIST_HEAD_INIT;
	LIST_HEAD(head);
	LIST_HEAD(front);
	u32 word = 0x12345678, big;
	__le16 little = cpu_to_le16(0x1234);
	s8 tiny;

	for (int i = 0; i < 4; i++) {
		list_add_tail(&items[i].list, &head);
		hlist_add_head(&items[i].hash, i < 2 ? &from : &to);
	}
	list_cut_before(&front, &head, &items[2].list);
	EXPECT(list_count_nodes(&front) == 2 && list_last_entry_or_null(&head, struct item, list) == &items[3]);
	list_rotate_to_front(&items[3].list, &head);
	EXPECT(list_first_entry(&head, struct item, list) == &items[3] && list_is_first(&items[3].list, &head));
	hlist_splice_init(&from, &items[0].hash, &to);
	EXPECT(hlist_count_nodes(&to) == 4 && hlist_empty(&from) && to.first == &items[1].hash);
	EXPECT(!refcount_dec_and_lock(&users, &lock) && !refcount_dec_not_one(&users));
	EXPECT(refcount_dec_and_lock(&users, &lock) && spin_is_locked(&lock) && !refcount_read(&users));
	spin_unlock(&lock);
	FIELD_MODIFY(GENMASK(15, 8), &word, 0xab);
	EXPECT(word == 0x1234ab78 && u32_get_bits(word, GENMASK(15, 4)) == 0xab7 && u32_encode_bits(3, BIT(4) | BIT(5)) == 0x30);
	le16p_replace_bits(&little, 5, GENMASK(7, 4));
	EXPECT(le16_to_cpu(little) == 0x1254);
	EXPECT(struct_size_t(struct counted, values, 6) == 16 && size_sub(SIZE_MAX, 1) == SIZE_MAX && type_max(s8) == 127);
	EXPECT(check_shl_overflow(3U, 31, &big) && !check_shl_overflow(1U, 31, &big) && big == 1U << 31);
	EXPECT(check_shl_overflow(1, 7, &tiny) && overflows_type(200, s8) && !overflows_type(200, u8));
	EXPECT(wrapping_add(u8, 250, 10) == 4 && range_overflows(5U, 6U, 10U) && !range_overflows(4U, 6U, 10U));
	EXPECT(time_in_range_open(jiffies, jiffies, jiffies + 1) && secs_to_jiffies(2) == 2 * HZ && jiffies_to_clock_t(HZ) == 100);
}

static void try_text(void)
{
	u32 values[64], key;
	unsigned int seq;
	char text[64];
	uuid_t uuid;
	u8 bytes[3];

	for (int i = 0; i < 64; i++)
		values[i] = get_random_u32();
	key = values[20];
	sort(values, 64, sizeof(u32), compare_u32, NULL);
	for (int i = 1; i < 64; i++)
		EXPECT(values[i - 1] <= values[i]);
	EXPECT(*(u32 *)bsearch(&key, values, 64, sizeof(u32), compare_u32) == key);
	EXPECT(~crc32_le(~0U, "123456789", 9) == 0xcbf43926 && crc_ccitt_false(0xffff, "123456789", 9) == 0x29b1);
	string_get_size(1536 << 10, 1, STRING_UNITS_2, text, sizeof(text));
	EXPECT(!strcmp(text, "1.50 MiB"));
	EXPECT(hex_dump_to_buffer("dmalab\n", 7, 16, 1, text, sizeof(text), true) == 56 && !strcmp(text + 49, "dmalab."));
	EXPECT(!hex2bin(bytes, "00c0ff", 3) && bytes[2] == 0xff && memparse("2M", NULL) == 2 << 20);
	EXPECT(!uuid_parse("01234567-89ab-cdef-0011-223344556677", &uuid));
	snprintf(text, sizeof(text), "%pUb", &uuid);
	EXPECT(!strcmp(text, "01234567-89ab-cdef-0011-223344556677"));
	seq = read_seqbegin(&seqlock);
	write_seqlock(&seqlock);
	write_sequnlock(&seqlock);
	EXPECT(read_seqretry(&seqlock, seq) && !read_seqretry(&seqlock, read_seqbegin(&seqlock)));
}

struct statistics {
	u64_stats_t packets;
	struct u64_stats_sync sync;
	local_lock_t lock;
};

static DEFINE_PER_CPU(long, turns) = 5;
static DEFINE_PER_CPU_ALIGNED(struct statistics, own);

static void add_packets(void *count)
{
	EXPECT(irqs_disabled());
	local_lock(&own.lock);
	u64_stats_add(&this_cpu_ptr(&own)->packets, *(u32 *)count);
	local_unlock(&own.lock);
}

static void try_percpu(void)
{
	struct statistics __percpu *all = alloc_percpu(struct statistics);
	struct percpu_counter counter;
	cpumask_var_t mask;
	int cpu, cpus = 0;
	u32 seven = 7;

	this_cpu_add(turns, -7);
	this_cpu_inc(turns);
	EXPECT(this_cpu_read(turns) == -1 && raw_cpu_add_return(turns, 3) == 2 && __this_cpu_dec_return(turns) == 1);
	EXPECT(this_cpu_xchg(turns, 12) == 1 && this_cpu_cmpxchg(turns, 11, 13) == 12 && per_cpu(turns, 0) == 12);
	this_cpu_or(turns, 3);
	get_cpu_var(turns)++;
	EXPECT(in_atomic());
	put_cpu_var(turns);
	EXPECT(turns == 16 && !in_atomic());
	for_each_possible_cpu(cpu)
		EXPECT(!u64_stats_read(&per_cpu_ptr(all, cpu)->packets));
	u64_stats_inc(&get_cpu_ptr(all)->packets);
	put_cpu_ptr(all);
	EXPECT(!in_atomic() && u64_stats_read(&all->packets) == 1);
	free_percpu(all);
	on_each_cpu(add_packets, &seven, 1);
	EXPECT(!smp_call_function_single(0, add_packets, &seven, 1) && smp_call_function_single(1, add_packets, &seven, 1));
	EXPECT(u64_stats_read(&own.packets) == 14);
	EXPECT(zalloc_cpumask_var(&mask, GFP_KERNEL) && cpumask_empty(mask) && cpumask_next(-1, mask) >= nr_cpu_ids);
	cpumask_copy(mask, cpu_online_mask);
	for_each_cpu(cpu, mask)
		cpus += 1 + cpu;
	EXPECT(cpus == 1 && cpumask_weight(mask) == 1 && cpumask_equal(mask, cpumask_of(0)));
	free_cpumask_var(mask);
	EXPECT(!percpu_counter_init(&counter, -3, GFP_KERNEL) && percpu_counter_read_positive(&counter) == 0);
	percpu_counter_add(&counter, 10);
	percpu_counter_dec(&counter);
	EXPECT(percpu_counter_sum(&counter) == 6 && percpu_counter_compare(&counter, 7) < 0);
	percpu_counter_destroy(&counter);
}

static int __init library_init(void)
{
	DEFINE_RATELIMIT_STATE(state, HZ, 2);
	int allowed = 0;

	try_tree();
	try_lists();
	try_queues();
	try_numbers();
	try_places();
	try_intervals();
	try_bits();
	try_more_bits();
	try_small_things();
	try_text();
	try_percpu();
	ratelimit_set_flags(&state, RATELIMIT_MSG_ON_RELEASE);
	for (int i = 0; i < 5; i++)
		allowed += __ratelimit(&state);
	EXPECT(allowed == 2);
	pr_info("library: %s\n", failures ? "there are faults" : "all is right");
	return 0;
}

static void __exit library_exit(void)
{
}

module_init(library_init);
module_exit(library_exit);
MODULE_LICENSE("GPL");
