/* SPDX-License-Identifier: GPL-2.0-only */
/* A count that is odd while somebody writes: who reads looks at it before and after, and reads again where it moved. */
#ifndef LINUX_SEQLOCK_H
#define LINUX_SEQLOCK_H

#include <linux/compiler.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <asm/barrier.h>
#include <asm/processor.h>

typedef struct seqcount {
	unsigned int sequence;
} seqcount_t;

typedef seqcount_t seqcount_spinlock_t, seqcount_raw_spinlock_t, seqcount_mutex_t, seqcount_rwlock_t, seqcount_latch_t;

#define SEQCNT_ZERO(name) { 0 }
#define SEQCNT_SPINLOCK_ZERO(name, lock) { 0 }
#define SEQCNT_MUTEX_ZERO(name, lock) { 0 }
#define seqcount_init(count) ((void)((count)->sequence = 0))
#define seqcount_spinlock_init(count, lock) ((void)(lock), seqcount_init(count))
#define seqcount_mutex_init(count, lock) ((void)(lock), seqcount_init(count))

/* A writer that was interrupted cannot go on while its reader spins: with one CPU, for ever. */
static inline unsigned int read_seqcount_begin(const seqcount_t *count)
{
	unsigned int found;

	while ((found = READ_ONCE(count->sequence)) & 1)
		cpu_relax();
	smp_rmb();
	return found;
}

static inline int read_seqcount_retry(const seqcount_t *count, unsigned int start)
{
	smp_rmb();
	return READ_ONCE(count->sequence) != start;
}

static inline void raw_write_seqcount_begin(seqcount_t *count)
{
	count->sequence++;
	smp_wmb();
}

static inline void raw_write_seqcount_end(seqcount_t *count)
{
	smp_wmb();
	count->sequence++;
}

#define __read_seqcount_begin read_seqcount_begin
#define raw_read_seqcount_begin read_seqcount_begin
#define __read_seqcount_retry read_seqcount_retry
#define raw_read_seqcount(count) READ_ONCE((count)->sequence)
#define write_seqcount_begin(count) do { preempt_disable(); raw_write_seqcount_begin(count); } while (0)
#define write_seqcount_end(count) do { raw_write_seqcount_end(count); preempt_enable(); } while (0)
#define write_seqcount_invalidate(count) ((void)((count)->sequence += 2))

typedef struct {
	seqcount_t seqcount;
	spinlock_t lock;
} seqlock_t;

#define __SEQLOCK_UNLOCKED(name) { { 0 }, __SPIN_LOCK_UNLOCKED((name).lock) }
#define DEFINE_SEQLOCK(name) seqlock_t name = __SEQLOCK_UNLOCKED(name)

#define seqlock_init(seqlock) do {							\
	spin_lock_init(&(seqlock)->lock);						\
	seqcount_init(&(seqlock)->seqcount);						\
} while (0)

static inline unsigned int read_seqbegin(const seqlock_t *seqlock)
{
	return read_seqcount_begin(&seqlock->seqcount);
}

static inline unsigned int read_seqretry(const seqlock_t *seqlock, unsigned int start)
{
	return read_seqcount_retry(&seqlock->seqcount, start);
}

#define __write_seqlock(seqlock, locking) do {						\
	locking;									\
	raw_write_seqcount_begin(&(seqlock)->seqcount);					\
} while (0)
#define __write_sequnlock(seqlock, unlocking) do {					\
	raw_write_seqcount_end(&(seqlock)->seqcount);					\
	unlocking;									\
} while (0)

#define write_seqlock(seqlock) __write_seqlock(seqlock, spin_lock(&(seqlock)->lock))
#define write_sequnlock(seqlock) __write_sequnlock(seqlock, spin_unlock(&(seqlock)->lock))
#define write_seqlock_bh(seqlock) __write_seqlock(seqlock, spin_lock_bh(&(seqlock)->lock))
#define write_sequnlock_bh(seqlock) __write_sequnlock(seqlock, spin_unlock_bh(&(seqlock)->lock))
#define write_seqlock_irq(seqlock) __write_seqlock(seqlock, spin_lock_irq(&(seqlock)->lock))
#define write_sequnlock_irq(seqlock) __write_sequnlock(seqlock, spin_unlock_irq(&(seqlock)->lock))
#define write_seqlock_irqsave(seqlock, flags) __write_seqlock(seqlock, spin_lock_irqsave(&(seqlock)->lock, (flags)))
#define write_sequnlock_irqrestore(seqlock, flags)					\
	__write_sequnlock(seqlock, spin_unlock_irqrestore(&(seqlock)->lock, (flags)))
#define read_seqlock_excl(seqlock) spin_lock(&(seqlock)->lock)
#define read_sequnlock_excl(seqlock) spin_unlock(&(seqlock)->lock)

#endif
