/* SPDX-License-Identifier: GPL-2.0-only */
/* Integers that interrupts may change at any moment. One CPU: an instruction that reads and writes is atomic. */
#ifndef LINUX_ATOMIC_H
#define LINUX_ATOMIC_H

#include <linux/compiler.h>
#include <linux/types.h>

typedef struct {
	s64 counter;
} atomic64_t;

typedef atomic64_t atomic_long_t;

#define ATOMIC_INIT(value) { (value) }
#define ATOMIC64_INIT(value) { (value) }
#define ATOMIC_LONG_INIT(value) { (value) }

#define xchg(pointer, value) __atomic_exchange_n((pointer), (value), __ATOMIC_SEQ_CST)
#define cmpxchg(pointer, old, new) ({							\
	typeof(*(pointer)) _seen = (old);						\
	__atomic_compare_exchange_n((pointer), &_seen, (new), 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);	\
	_seen;										\
})

/* Every operation of one type: `prefix`_add and so on, on a `type` of `number`s. */
#define DEFINE_ATOMIC(prefix, type, number)						\
static inline number prefix##_read(const type *v)					\
{											\
	return *(const volatile number *)&v->counter;					\
}											\
static inline void prefix##_set(type *v, number value)					\
{											\
	*(volatile number *)&v->counter = value;					\
}											\
static inline number prefix##_add_return(number n, type *v)				\
{											\
	return __atomic_add_fetch(&v->counter, n, __ATOMIC_SEQ_CST);			\
}											\
static inline number prefix##_sub_return(number n, type *v)				\
{											\
	return __atomic_sub_fetch(&v->counter, n, __ATOMIC_SEQ_CST);			\
}											\
static inline number prefix##_fetch_add(number n, type *v)				\
{											\
	return __atomic_fetch_add(&v->counter, n, __ATOMIC_SEQ_CST);			\
}											\
static inline number prefix##_fetch_sub(number n, type *v)				\
{											\
	return __atomic_fetch_sub(&v->counter, n, __ATOMIC_SEQ_CST);			\
}											\
static inline number prefix##_fetch_or(number n, type *v)				\
{											\
	return __atomic_fetch_or(&v->counter, n, __ATOMIC_SEQ_CST);			\
}											\
static inline number prefix##_fetch_and(number n, type *v)				\
{											\
	return __atomic_fetch_and(&v->counter, n, __ATOMIC_SEQ_CST);			\
}											\
static inline number prefix##_fetch_xor(number n, type *v)				\
{											\
	return __atomic_fetch_xor(&v->counter, n, __ATOMIC_SEQ_CST);			\
}											\
static inline number prefix##_xchg(type *v, number value)				\
{											\
	return xchg(&v->counter, value);						\
}											\
static inline number prefix##_cmpxchg(type *v, number old, number value)		\
{											\
	return cmpxchg(&v->counter, old, value);					\
}											\
static inline bool prefix##_try_cmpxchg(type *v, number *old, number value)		\
{											\
	return __atomic_compare_exchange_n(&v->counter, old, value, 0,			\
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);		\
}											\
static inline number prefix##_fetch_add_unless(type *v, number n, number unless)	\
{											\
	number seen = prefix##_read(v);							\
											\
	while (seen != unless && !prefix##_try_cmpxchg(v, &seen, seen + n))		\
		;									\
	return seen;									\
}											\
static inline number prefix##_dec_if_positive(type *v)					\
{											\
	number seen = prefix##_read(v);							\
											\
	while (seen > 0 && !prefix##_try_cmpxchg(v, &seen, seen - 1))			\
		;									\
	return seen - 1;								\
}											\
static inline void prefix##_add(number n, type *v) { prefix##_add_return(n, v); }	\
static inline void prefix##_sub(number n, type *v) { prefix##_sub_return(n, v); }	\
static inline void prefix##_inc(type *v) { prefix##_add_return(1, v); }			\
static inline void prefix##_dec(type *v) { prefix##_sub_return(1, v); }			\
static inline void prefix##_or(number n, type *v) { prefix##_fetch_or(n, v); }		\
static inline void prefix##_and(number n, type *v) { prefix##_fetch_and(n, v); }	\
static inline void prefix##_xor(number n, type *v) { prefix##_fetch_xor(n, v); }	\
static inline void prefix##_andnot(number n, type *v) { prefix##_fetch_and(~n, v); }	\
static inline number prefix##_inc_return(type *v) { return prefix##_add_return(1, v); }	\
static inline number prefix##_dec_return(type *v) { return prefix##_sub_return(1, v); }	\
static inline number prefix##_fetch_inc(type *v) { return prefix##_fetch_add(1, v); }	\
static inline number prefix##_fetch_dec(type *v) { return prefix##_fetch_sub(1, v); }	\
static inline bool prefix##_inc_and_test(type *v) { return !prefix##_add_return(1, v); }	\
static inline bool prefix##_dec_and_test(type *v) { return !prefix##_sub_return(1, v); }	\
static inline bool prefix##_sub_and_test(number n, type *v) { return !prefix##_sub_return(n, v); } \
static inline bool prefix##_add_negative(number n, type *v) { return prefix##_add_return(n, v) < 0; } \
static inline bool prefix##_add_unless(type *v, number n, number unless)		\
{											\
	return prefix##_fetch_add_unless(v, n, unless) != unless;			\
}											\
static inline bool prefix##_inc_not_zero(type *v) { return prefix##_add_unless(v, 1, 0); }

DEFINE_ATOMIC(atomic, atomic_t, int)
DEFINE_ATOMIC(atomic64, atomic64_t, s64)
DEFINE_ATOMIC(atomic_long, atomic_long_t, s64)

#define atomic_read_acquire(v) atomic_read(v)
#define atomic_set_release(v, value) atomic_set((v), (value))

#define smp_mb__before_atomic() barrier()
#define smp_mb__after_atomic() barrier()
#define smp_mb__before_atomic_dec() barrier()
#define smp_mb__after_atomic_dec() barrier()
#define smp_mb__before_atomic_inc() barrier()
#define smp_mb__after_atomic_inc() barrier()

/* True with the lock held where the counter has come to zero. */
#define __atomic_dec_and(v, take, leave) ({						\
	bool _zero = false;								\
											\
	if (!atomic_add_unless((v), -1, 1)) {						\
		take;									\
		_zero = atomic_dec_and_test(v);						\
		if (!_zero)								\
			leave;								\
	}										\
	_zero;										\
})
#define atomic_dec_and_lock(v, lock) __atomic_dec_and(v, spin_lock(lock), spin_unlock(lock))
#define atomic_dec_and_mutex_lock(v, lock) __atomic_dec_and(v, mutex_lock(lock), mutex_unlock(lock))

#endif
