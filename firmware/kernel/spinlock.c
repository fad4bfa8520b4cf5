// SPDX-License-Identifier: GPL-2.0-only
/*
 * Spin locks: with one CPU, who finds one taken has taken it himself, or has interrupted who did, and would spin for
 * ever. lib/spinlock_debug.c; the check of contexts is kernel/lockdep.c's idea.
 */
#include <linux/spinlock.h>

#include "kernel.h"
#include "sched.h"

#define LOCK_USED_IN_HARDIRQ 0x1
#define LOCK_HELD_WITH_IRQS_ON 0x2
#define LOCK_USED_IN_SOFTIRQ 0x4
#define LOCK_HELD_WITH_SOFTIRQS_ON 0x8
#define LOCK_REPORTED 0x8000

static noinline void spin_bug(spinlock_t *lock, const char *what)
{
	struct task_struct *owner = lock->locked ? lock->owner : NULL;

	sched_bug(SCHED_BUG_SPINLOCK,
		  "BUG: spinlock %s on CPU#0, %s/%d; lock: %016lx, .magic: %08x, .owner: %s/%d, .owner_cpu: %d", what,
		  current->comm, current->pid, (unsigned long)lock, lock->magic, owner ? owner->comm : "<none>",
		  owner ? owner->pid : -1, owner ? 0 : -1);
}

static spinlock_t *last_taken;

/* Where a lock was taken that is held now, for whoever is told that he holds one. */
unsigned long lock_taken_at(void)
{
	if (!last_taken || !kernel_address_readable((unsigned long)last_taken) || !last_taken->locked)
		return 0;
	return last_taken->taken_at;
}

static u16 context(void)
{
	if (in_irq())
		return LOCK_USED_IN_HARDIRQ;
	if (in_serving_softirq())
		return LOCK_USED_IN_SOFTIRQ | (irqs_disabled() ? 0 : LOCK_HELD_WITH_IRQS_ON);
	if (irqs_disabled())
		return 0;
	return LOCK_HELD_WITH_IRQS_ON | (in_softirq() ? 0 : LOCK_HELD_WITH_SOFTIRQS_ON);
}

/* A lock that an interrupt takes must never be held where that interrupt can come. */
static void check_context(spinlock_t *lock)
{
	u16 used = lock->used | context();
	int hard = (used & LOCK_USED_IN_HARDIRQ) && (used & LOCK_HELD_WITH_IRQS_ON);
	int soft = (used & LOCK_USED_IN_SOFTIRQ) && (used & LOCK_HELD_WITH_SOFTIRQS_ON);

	lock->used = used;
	if ((!hard && !soft) || used & LOCK_REPORTED)
		return;
	lock->used |= LOCK_REPORTED;
	sched_bug(SCHED_BUG_LOCK_INVERSION,
		  "WARNING: inconsistent lock state: lock %016lx is taken in %s, and held elsewhere with %s enabled",
		  (unsigned long)lock, hard ? "an interrupt handler" : "softirq context", hard ? "interrupts" : "softirqs");
}

static void acquire(spinlock_t *lock, void *caller)
{
	preempt_disable();
	if (unlikely(lock->magic != SPINLOCK_MAGIC)) {
		spin_bug(lock, "bad magic");
		spin_lock_init(lock);
	}
	if (unlikely(lock->locked))
		spin_bug(lock, "recursion");
	check_context(lock);
	lock->locked++;
	lock->owner = current;
	lock->taken_at = (unsigned long)caller;
	last_taken = lock;
	barrier();
}

static void release(spinlock_t *lock)
{
	barrier();
	if (unlikely(lock->magic != SPINLOCK_MAGIC))
		spin_bug(lock, "bad magic");
	else if (unlikely(!lock->locked))
		spin_bug(lock, "already unlocked");
	else if (unlikely(lock->owner != current))
		spin_bug(lock, "wrong owner");
	if (lock->locked)
		lock->locked--;
	preempt_enable();
}

noinline void spin_lock(spinlock_t *lock)
{
	acquire(lock, __builtin_return_address(0));
}

noinline void spin_unlock(spinlock_t *lock)
{
	release(lock);
}

noinline void spin_lock_irq(spinlock_t *lock)
{
	local_irq_disable();
	acquire(lock, __builtin_return_address(0));
}

noinline void spin_unlock_irq(spinlock_t *lock)
{
	release(lock);
	local_irq_enable();
}

noinline void spin_lock_bh(spinlock_t *lock)
{
	local_bh_disable();
	acquire(lock, __builtin_return_address(0));
}

noinline void spin_unlock_bh(spinlock_t *lock)
{
	release(lock);
	local_bh_enable();
}

noinline unsigned long _spin_lock_irqsave(spinlock_t *lock)
{
	unsigned long flags;

	local_irq_save(flags);
	acquire(lock, __builtin_return_address(0));
	return flags;
}

noinline void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags)
{
	release(lock);
	local_irq_restore(flags);
}

noinline int spin_trylock(spinlock_t *lock)
{
	if (lock->locked)
		return 0;
	acquire(lock, __builtin_return_address(0));
	return 1;
}

noinline int spin_trylock_bh(spinlock_t *lock)
{
	local_bh_disable();
	if (spin_trylock(lock))
		return 1;
	local_bh_enable();
	return 0;
}

noinline int _spin_trylock_irqsave(spinlock_t *lock, unsigned long *flags)
{
	local_irq_save(*flags);
	if (spin_trylock(lock))
		return 1;
	local_irq_restore(*flags);
	return 0;
}

noinline int spin_trylock_irq(spinlock_t *lock)
{
	unsigned long flags;

	return _spin_trylock_irqsave(lock, &flags);
}

static noinline void rwlock_bug(rwlock_t *lock, const char *what)
{
	sched_bug(SCHED_BUG_SPINLOCK, "BUG: rwlock %s on CPU#0, %s/%d, %016lx", what, current->comm, current->pid,
		  (unsigned long)lock);
}

noinline void read_lock(rwlock_t *lock)
{
	preempt_disable();
	if (unlikely(lock->magic != RWLOCK_MAGIC))
		rwlock_bug(lock, "bad magic");
	if (unlikely(lock->writers))
		rwlock_bug(lock, "recursion");
	lock->readers++;
}

noinline void read_unlock(rwlock_t *lock)
{
	if (unlikely(!lock->readers))
		rwlock_bug(lock, "already unlocked");
	else
		lock->readers--;
	preempt_enable();
}

noinline void write_lock(rwlock_t *lock)
{
	preempt_disable();
	if (unlikely(lock->magic != RWLOCK_MAGIC))
		rwlock_bug(lock, "bad magic");
	if (unlikely(lock->writers || lock->readers))
		rwlock_bug(lock, "recursion");
	lock->writers++;
	lock->owner = current;
}

noinline void write_unlock(rwlock_t *lock)
{
	if (unlikely(!lock->writers))
		rwlock_bug(lock, "already unlocked");
	else
		lock->writers--;
	preempt_enable();
}
