/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of hash lists whose number is a power of two. */
#ifndef LINUX_HASHTABLE_H
#define LINUX_HASHTABLE_H

#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/rculist.h>

#define DECLARE_HASHTABLE(name, bits) struct hlist_head name[1 << (bits)]
#define DEFINE_HASHTABLE(name, bits)							\
	struct hlist_head name[1 << (bits)] = { [0 ... ((1 << (bits)) - 1)] = HLIST_HEAD_INIT }
#define DEFINE_READ_MOSTLY_HASHTABLE DEFINE_HASHTABLE

#define HASH_SIZE(table) (ARRAY_SIZE(table))
#define HASH_BITS(table) ilog2(HASH_SIZE(table))
#define hash_min(value, bits) (sizeof(value) <= 4 ? hash_32((value), (bits)) : hash_long((value), (bits)))

static inline void __hash_init(struct hlist_head *table, unsigned int size)
{
	for (unsigned int i = 0; i < size; i++)
		INIT_HLIST_HEAD(&table[i]);
}

static inline bool __hash_empty(const struct hlist_head *table, unsigned int size)
{
	for (unsigned int i = 0; i < size; i++)
		if (!hlist_empty(&table[i]))
			return false;
	return true;
}

#define hash_init(table) __hash_init((table), HASH_SIZE(table))
#define hash_empty(table) __hash_empty((table), HASH_SIZE(table))
#define hash_add(table, node, key) hlist_add_head((node), &(table)[hash_min((key), HASH_BITS(table))])
#define hash_add_rcu hash_add
#define hash_hashed(node) (!hlist_unhashed(node))
#define hash_del(node) hlist_del_init(node)
#define hash_del_rcu hash_del

#define hash_for_each(table, bucket, at, member)					\
	for ((bucket) = 0, at = NULL; !at && (bucket) < HASH_SIZE(table); (bucket)++)	\
		hlist_for_each_entry(at, &(table)[bucket], member)
#define hash_for_each_rcu hash_for_each
#define hash_for_each_safe(table, bucket, n, at, member)				\
	for ((bucket) = 0, at = NULL; !at && (bucket) < HASH_SIZE(table); (bucket)++)	\
		hlist_for_each_entry_safe(at, n, &(table)[bucket], member)
#define hash_for_each_possible(table, at, member, key)					\
	hlist_for_each_entry(at, &(table)[hash_min((key), HASH_BITS(table))], member)
#define hash_for_each_possible_rcu(table, at, member, key, ...) hash_for_each_possible(table, at, member, key)
#define hash_for_each_possible_safe(table, at, n, member, key)				\
	hlist_for_each_entry_safe(at, n, &(table)[hash_min((key), HASH_BITS(table))], member)

#define hash_for_each_possible_rcu_notrace(table, at, member, key) hash_for_each_possible(table, at, member, key)

#endif
