/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_OVERFLOW_H
#define LINUX_OVERFLOW_H

#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/types.h>

#define check_add_overflow(a, b, result) __builtin_add_overflow(a, b, result)
#define check_sub_overflow(a, b, result) __builtin_sub_overflow(a, b, result)
#define check_mul_overflow(a, b, result) __builtin_mul_overflow(a, b, result)

static inline size_t size_mul(size_t a, size_t b)
{
	size_t bytes;

	return check_mul_overflow(a, b, &bytes) ? SIZE_MAX : bytes;
}

static inline size_t size_add(size_t a, size_t b)
{
	size_t bytes;

	return check_add_overflow(a, b, &bytes) ? SIZE_MAX : bytes;
}

static inline size_t size_sub(size_t a, size_t b)
{
	size_t bytes;

	/* Once too large, for ever too large. */
	return a == SIZE_MAX || b == SIZE_MAX || check_sub_overflow(a, b, &bytes) ? SIZE_MAX : bytes;
}

#define is_signed_type(type) ((type)-1 < (type)1)
#define type_max(type) ((type)(is_signed_type(type) ? ~0ULL >> (65 - 8 * sizeof(type)) : ~0ULL >> (64 - 8 * sizeof(type))))
#define type_min(type) ((type)(is_signed_type(type) ? -(long long)type_max(type) - 1 : 0))
/* Whether shifting left by `shift` loses bits, or reaches the sign. */
#define check_shl_overflow(value, shift, result) ({						\
	typeof(value) _value = (value);								\
	unsigned int _shift = (shift), _bits = 8 * sizeof(*(result));				\
	bool _lost = (long long)(shift) < 0 || _shift >= _bits;					\
												\
	*(result) = (u64)_value << (_lost ? 0 : _shift);					\
	_lost || *(result) < 0 || _value < 0 || (typeof(value))(*(result) >> _shift) != _value;	\
})
#define overflows_type(value, type_of)								\
	({ typeof(type_of) _fits; __builtin_add_overflow((value), 0, &_fits); })
#define castable_to_type(value, type) (!overflows_type(value, type))
#define wrapping_add(type, a, b) ({ type _wrapped; (void)__builtin_add_overflow((a), (b), &_wrapped); _wrapped; })
#define wrapping_sub(type, a, b) ({ type _wrapped; (void)__builtin_sub_overflow((a), (b), &_wrapped); _wrapped; })
#define wrapping_mul(type, a, b) ({ type _wrapped; (void)__builtin_mul_overflow((a), (b), &_wrapped); _wrapped; })
#define wrapping_assign_add(variable, n) ((variable) = wrapping_add(typeof(variable), (variable), (n)))
#define wrapping_assign_sub(variable, n) ((variable) = wrapping_sub(typeof(variable), (variable), (n)))
#define range_overflows(start, size, most) ({							\
	typeof(start) _start = (start);								\
	typeof(size) _size = (size);								\
	typeof(most) _most = (most);								\
	_start >= _most || _size > _most - _start;						\
})

#define array_size(a, b) size_mul(a, b)
#define array3_size(a, b, c) size_mul(size_mul(a, b), c)
#define struct_size(pointer, member, count) \
	size_add(sizeof(*(pointer)), size_mul(count, sizeof(*(pointer)->member)))

#define flex_array_size(pointer, member, count) size_mul(count, sizeof(*(pointer)->member))
#define struct_size_t(type, member, count) struct_size((type *)NULL, member, count)

/* A structure with its array of `count`, on the stack. */
#define DEFINE_RAW_FLEX(type, name, member, count)						\
	union {											\
		u8 bytes[sizeof(type) + sizeof(((type *)0)->member[0]) * (count)];		\
		type object;									\
	} name##_u = {};									\
	type *name = (type *)&name##_u
#define DEFINE_FLEX(type, name, member, counter, count)						\
	DEFINE_RAW_FLEX(type, name, member, count);						\
	name->counter = (count)

#endif
