/* SPDX-License-Identifier: GPL-2.0-only */
/* Counts of users; the last to go calls the release. */
#ifndef LINUX_KREF_H
#define LINUX_KREF_H

#include <linux/compiler.h>
#include <linux/types.h>

#define KREF_INIT(n) { .refcount = (n) }

static inline void kref_init(struct kref *kref)
{
	kref->refcount = 1;
}

static inline unsigned int kref_read(const struct kref *kref)
{
	return READ_ONCE(kref->refcount);
}

static inline void kref_get(struct kref *kref)
{
	__atomic_add_fetch(&kref->refcount, 1, __ATOMIC_SEQ_CST);
}

static inline int kref_put(struct kref *kref, void (*release)(struct kref *kref))
{
	if (__atomic_sub_fetch(&kref->refcount, 1, __ATOMIC_SEQ_CST))
		return 0;
	release(kref);
	return 1;
}

static inline int __must_check kref_get_unless_zero(struct kref *kref)
{
	if (!kref_read(kref))
		return 0;
	kref_get(kref);
	return 1;
}

#endif
