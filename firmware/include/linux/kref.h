/* SPDX-License-Identifier: GPL-2.0-only */
/* Counts of users; the last to go calls the release. */
#ifndef LINUX_KREF_H
#define LINUX_KREF_H

#include <linux/compiler.h>
#include <linux/refcount.h>
#include <linux/types.h>

struct mutex;

#define KREF_INIT(n) { .refcount = REFCOUNT_INIT(n) }

static inline void kref_init(struct kref *kref)
{
	refcount_set(&kref->refcount, 1);
}

static inline unsigned int kref_read(const struct kref *kref)
{
	return refcount_read(&kref->refcount);
}

static inline void kref_get(struct kref *kref)
{
	refcount_inc(&kref->refcount);
}

static inline int kref_put(struct kref *kref, void (*release)(struct kref *kref))
{
	if (!refcount_dec_and_test(&kref->refcount))
		return 0;
	release(kref);
	return 1;
}

static inline int __must_check kref_get_unless_zero(struct kref *kref)
{
	return refcount_inc_not_zero(&kref->refcount);
}

/* The release is called with the lock held, and lets it go. */
#define __kref_put_under(kref, release, take, leave) ({					\
	int _last = 0;									\
											\
	if (kref_read(kref) == 1) {							\
		take;									\
		_last = kref_put((kref), (release));					\
		if (!_last)								\
			leave;								\
	} else {									\
		_last = kref_put((kref), (release));					\
	}										\
	_last;										\
})
#define kref_put_mutex(kref, release, lock) __kref_put_under(kref, release, mutex_lock(lock), mutex_unlock(lock))
#define kref_put_lock(kref, release, lock) __kref_put_under(kref, release, spin_lock(lock), spin_unlock(lock))

#endif
