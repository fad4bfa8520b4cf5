/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters of references: what goes wrong saturates, and says so. */
#ifndef LINUX_REFCOUNT_H
#define LINUX_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/kernel.h>

#define REFCOUNT_INIT(value) { .refs = ATOMIC_INIT(value) }
#define REFCOUNT_SATURATED (-1 - 0x3fffffff)

/* Print the warning, and leave the counter where no more use of it can reach zero. */
void refcount_warn_saturate(refcount_t *r, const char *what);

static inline void refcount_set(refcount_t *r, int value)
{
	atomic_set(&r->refs, value);
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return atomic_read(&r->refs);
}

static inline bool refcount_inc_not_zero(refcount_t *r)
{
	int old = atomic_fetch_add_unless(&r->refs, 1, 0);

	if (unlikely(old < 0))
		refcount_warn_saturate(r, "saturated; leaking memory.");
	return old != 0;
}

static inline void refcount_add(int n, refcount_t *r)
{
	int old = atomic_fetch_add(n, &r->refs);

	if (unlikely(!old))
		refcount_warn_saturate(r, "addition on 0; use-after-free.");
	else if (unlikely(old < 0))
		refcount_warn_saturate(r, "saturated; leaking memory.");
}

static inline void refcount_inc(refcount_t *r)
{
	refcount_add(1, r);
}

static inline bool refcount_sub_and_test(int n, refcount_t *r)
{
	int old = atomic_fetch_sub(n, &r->refs);

	if (unlikely(old < n))
		refcount_warn_saturate(r, "underflow; use-after-free.");
	return old == n;
}

static inline bool refcount_dec_and_test(refcount_t *r)
{
	return refcount_sub_and_test(1, r);
}

static inline void refcount_dec(refcount_t *r)
{
	if (unlikely(atomic_fetch_sub(1, &r->refs) <= 1))
		refcount_warn_saturate(r, "decrement hit 0; leaking memory.");
}

static inline bool refcount_add_not_zero(int n, refcount_t *r)
{
	int old = atomic_fetch_add_unless(&r->refs, n, 0);

	if (unlikely(old < 0))
		refcount_warn_saturate(r, "saturated; leaking memory.");
	return old != 0;
}

static inline bool refcount_dec_if_one(refcount_t *r)
{
	return atomic_cmpxchg(&r->refs, 1, 0) == 1;
}

/* False where it was one: the last reference is the caller's to drop, under his lock. */
static inline bool refcount_dec_not_one(refcount_t *r)
{
	if (refcount_read(r) == 1)
		return false;
	if (unlikely(atomic_fetch_sub(1, &r->refs) <= 0))
		refcount_warn_saturate(r, "underflow; use-after-free.");
	return true;
}

/* True with the lock held where the last reference is gone. */
#define __refcount_dec_and(r, take, leave) ({						\
	bool _last = false;								\
											\
	if (!refcount_dec_not_one(r)) {							\
		take;									\
		_last = refcount_dec_and_test(r);					\
		if (!_last)								\
			leave;								\
	}										\
	_last;										\
})
#define refcount_dec_and_mutex_lock(r, lock) __refcount_dec_and(r, mutex_lock(lock), mutex_unlock(lock))
#define refcount_dec_and_lock(r, lock) __refcount_dec_and(r, spin_lock(lock), spin_unlock(lock))
#define refcount_dec_and_lock_irqsave(r, lock, flags)					\
	__refcount_dec_and(r, spin_lock_irqsave((lock), *(flags)), spin_unlock_irqrestore((lock), *(flags)))

#endif
