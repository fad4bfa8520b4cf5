/* SPDX-License-Identifier: GPL-2.0-only */
/* Counts of users that end when they are told to: until then they do not drop to zero. */
#ifndef LINUX_PERCPU_REFCOUNT_H
#define LINUX_PERCPU_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/gfp.h>
#include <linux/types.h>

struct percpu_ref;
typedef void (percpu_ref_func_t)(struct percpu_ref *ref);

enum {
	PERCPU_REF_INIT_ATOMIC = 1,
	PERCPU_REF_INIT_DEAD = 2,
	PERCPU_REF_ALLOW_REINIT = 4,
};

struct percpu_ref {
	atomic_long_t count;
	percpu_ref_func_t *release;
	bool dead;
};

static inline int __must_check percpu_ref_init(struct percpu_ref *ref, percpu_ref_func_t *release, unsigned int flags,
					       gfp_t gfp_mask)
{
	ref->dead = flags & PERCPU_REF_INIT_DEAD;
	ref->release = release;
	atomic_long_set(&ref->count, !ref->dead);
	return 0;
}

static inline void percpu_ref_exit(struct percpu_ref *ref)
{
	ref->release = NULL;
}

static inline void percpu_ref_get_many(struct percpu_ref *ref, unsigned long n)
{
	atomic_long_add(n, &ref->count);
}

static inline bool percpu_ref_tryget(struct percpu_ref *ref)
{
	return atomic_long_inc_not_zero(&ref->count);
}

static inline bool percpu_ref_tryget_live(struct percpu_ref *ref)
{
	return !ref->dead && percpu_ref_tryget(ref);
}

static inline void percpu_ref_put_many(struct percpu_ref *ref, unsigned long n)
{
	if (atomic_long_sub_and_test(n, &ref->count))
		ref->release(ref);
}

static inline void percpu_ref_kill_and_confirm(struct percpu_ref *ref, percpu_ref_func_t *confirm)
{
	WARN_ONCE(ref->dead, "percpu_ref_kill() called more than once on a percpu_ref");
	ref->dead = true;
	if (confirm)
		confirm(ref);
	percpu_ref_put_many(ref, 1);
}

static inline void percpu_ref_resurrect(struct percpu_ref *ref)
{
	WARN_ON_ONCE(!ref->dead);
	ref->dead = false;
	percpu_ref_get_many(ref, 1);
}

#define percpu_ref_get(ref) percpu_ref_get_many((ref), 1)
#define percpu_ref_put(ref) percpu_ref_put_many((ref), 1)
#define percpu_ref_kill(ref) percpu_ref_kill_and_confirm((ref), NULL)
#define percpu_ref_is_dying(ref) ((ref)->dead)
#define percpu_ref_is_zero(ref) (!atomic_long_read(&(ref)->count))
#define percpu_ref_reinit(ref) do { WARN_ON_ONCE(!percpu_ref_is_zero(ref)); percpu_ref_resurrect(ref); } while (0)

#endif
