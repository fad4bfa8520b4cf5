/* SPDX-License-Identifier: GPL-2.0-only */
/* The next bit that is set, or not, in a bitmap; its size where there is none. */
#ifndef LINUX_FIND_H
#define LINUX_FIND_H

#include <linux/bits.h>
#include <linux/bitops.h>

/* The word at `index` of what is looked through. */
#define __find_from(size, from, word) ({							\
	unsigned long _size = (size), _at = (from), _found = _size;				\
	while (_at < _size) {									\
		unsigned long index = _at / BITS_PER_LONG;					\
		unsigned long _word = (word) & (~0UL << _at % BITS_PER_LONG);			\
		if (_word) {									\
			_found = index * BITS_PER_LONG + __ffs(_word);				\
			break;									\
		}										\
		_at = (index + 1) * BITS_PER_LONG;						\
	}											\
	_found < _size ? _found : _size;							\
})

static inline unsigned long find_next_bit(const unsigned long *addr, unsigned long size, unsigned long from)
{
	return __find_from(size, from, addr[index]);
}

static inline unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size, unsigned long from)
{
	return __find_from(size, from, ~addr[index]);
}

static inline unsigned long find_next_and_bit(const unsigned long *a, const unsigned long *b, unsigned long size,
					      unsigned long from)
{
	return __find_from(size, from, a[index] & b[index]);
}

static inline unsigned long find_next_andnot_bit(const unsigned long *a, const unsigned long *b, unsigned long size,
						 unsigned long from)
{
	return __find_from(size, from, a[index] & ~b[index]);
}

static inline unsigned long find_next_or_bit(const unsigned long *a, const unsigned long *b, unsigned long size,
					     unsigned long from)
{
	return __find_from(size, from, a[index] | b[index]);
}

static inline unsigned long find_last_bit(const unsigned long *addr, unsigned long size)
{
	for (unsigned long at = size; at-- > 0; )
		if (test_bit(at, addr))
			return at;
	return size;
}

static inline unsigned long find_nth_bit(const unsigned long *addr, unsigned long size, unsigned long n)
{
	unsigned long at = find_next_bit(addr, size, 0);

	while (at < size && n--)
		at = find_next_bit(addr, size, at + 1);
	return at;
}

#define find_first_bit(addr, size) find_next_bit((addr), (size), 0)
#define find_first_zero_bit(addr, size) find_next_zero_bit((addr), (size), 0)
#define find_first_and_bit(a, b, size) find_next_and_bit((a), (b), (size), 0)

#define for_each_set_bit(bit, addr, size)							\
	for ((bit) = find_first_bit((addr), (size)); (bit) < (size);				\
	     (bit) = find_next_bit((addr), (size), (bit) + 1))
#define for_each_set_bit_from(bit, addr, size)							\
	for ((bit) = find_next_bit((addr), (size), (bit)); (bit) < (size);			\
	     (bit) = find_next_bit((addr), (size), (bit) + 1))
#define for_each_clear_bit(bit, addr, size)							\
	for ((bit) = find_first_zero_bit((addr), (size)); (bit) < (size);			\
	     (bit) = find_next_zero_bit((addr), (size), (bit) + 1))
#define for_each_clear_bit_from(bit, addr, size)						\
	for ((bit) = find_next_zero_bit((addr), (size), (bit)); (bit) < (size);		\
	     (bit) = find_next_zero_bit((addr), (size), (bit) + 1))
#define for_each_and_bit(bit, a, b, size)							\
	for ((bit) = find_first_and_bit((a), (b), (size)); (bit) < (size);			\
	     (bit) = find_next_and_bit((a), (b), (size), (bit) + 1))
#define for_each_set_bitrange(first, end, addr, size)						\
	for ((first) = 0, (end) = 0;								\
	     (first) = find_next_bit((addr), (size), (first)),					\
	     (end) = find_next_zero_bit((addr), (size), (first) + 1), (first) < (size);		\
	     (first) = (end) + 1)

#define for_each_andnot_bit(bit, a, b, size)							\
	for ((bit) = find_next_andnot_bit((a), (b), (size), 0); (bit) < (size);			\
	     (bit) = find_next_andnot_bit((a), (b), (size), (bit) + 1))
#define for_each_or_bit(bit, a, b, size)							\
	for ((bit) = find_next_or_bit((a), (b), (size), 0); (bit) < (size);			\
	     (bit) = find_next_or_bit((a), (b), (size), (bit) + 1))
#define for_each_set_bitrange_from(first, end, addr, size)					\
	for (; (first) = find_next_bit((addr), (size), (first)),				\
	     (end) = find_next_zero_bit((addr), (size), (first) + 1), (first) < (size);		\
	     (first) = (end) + 1)
#define for_each_clear_bitrange_from(first, end, addr, size)					\
	for (; (first) = find_next_zero_bit((addr), (size), (first)),				\
	     (end) = find_next_bit((addr), (size), (first) + 1), (first) < (size);		\
	     (first) = (end) + 1)
#define for_each_clear_bitrange(first, end, addr, size)						\
	for ((first) = 0; (first) = find_next_zero_bit((addr), (size), (first)),		\
	     (end) = find_next_bit((addr), (size), (first) + 1), (first) < (size);		\
	     (first) = (end) + 1)

/* From a bit to the end, and then what is before it. */
static inline unsigned long find_next_bit_wrap(const unsigned long *addr, unsigned long size, unsigned long from)
{
	unsigned long bit = find_next_bit(addr, size, from);

	if (bit < size || !from)
		return bit;
	bit = find_next_bit(addr, from, 0);
	return bit < from ? bit : size;
}

static inline unsigned long find_next_and_bit_wrap(const unsigned long *a, const unsigned long *b, unsigned long size,
						   unsigned long from)
{
	unsigned long bit = find_next_and_bit(a, b, size, from);

	if (bit < size || !from)
		return bit;
	bit = find_next_and_bit(a, b, from, 0);
	return bit < from ? bit : size;
}

static inline unsigned long __find_wrapped(const unsigned long *addr, unsigned long size, unsigned long start,
					   unsigned long after)
{
	unsigned long bit;

	if (after > start) {
		bit = find_next_bit(addr, size, after);
		if (bit < size)
			return bit;
		after = 0;
	}
	bit = find_next_bit(addr, start, after);
	return bit < start ? bit : size;
}

#define for_each_set_bit_wrap(bit, addr, size, start)						\
	for ((bit) = find_next_bit_wrap((addr), (size), (start)); (bit) < (size);		\
	     (bit) = __find_wrapped((addr), (size), (start), (bit) + 1))

static inline unsigned long find_nth_and_bit(const unsigned long *a, const unsigned long *b, unsigned long size,
					     unsigned long n)
{
	unsigned long at = find_next_and_bit(a, b, size, 0);

	while (at < size && n--)
		at = find_next_and_bit(a, b, size, at + 1);
	return at;
}

/* Groups of 8 bits that are not zero. */
static inline unsigned long find_next_clump8(unsigned long *clump, const unsigned long *addr, unsigned long size,
					     unsigned long from)
{
	unsigned long bit = find_next_bit(addr, size, from);

	if (bit == size)
		return size;
	*clump = ((const unsigned char *)addr)[bit / 8];
	return bit & ~7UL;
}

#define find_first_clump8(clump, addr, size) find_next_clump8((clump), (addr), (size), 0)
#define for_each_set_clump8(start, clump, addr, size)						\
	for ((start) = find_first_clump8(&(clump), (addr), (size)); (start) < (size);		\
	     (start) = find_next_clump8(&(clump), (addr), (size), (start) + 8))

/* The machine's order of bytes is the little one. */
#define find_next_bit_le(addr, size, from) find_next_bit((const unsigned long *)(addr), (size), (from))
#define find_next_zero_bit_le(addr, size, from) find_next_zero_bit((const unsigned long *)(addr), (size), (from))
#define find_first_bit_le(addr, size) find_next_bit_le((addr), (size), 0)
#define find_first_zero_bit_le(addr, size) find_next_zero_bit_le((addr), (size), 0)
#define test_bit_le(nr, addr) test_bit((nr), (const unsigned long *)(addr))
#define set_bit_le(nr, addr) set_bit((nr), (unsigned long *)(addr))
#define clear_bit_le(nr, addr) clear_bit((nr), (unsigned long *)(addr))
#define __set_bit_le(nr, addr) set_bit_le((nr), (addr))
#define __clear_bit_le(nr, addr) clear_bit_le((nr), (addr))
#define test_and_set_bit_le(nr, addr) test_and_set_bit((nr), (unsigned long *)(addr))
#define test_and_clear_bit_le(nr, addr) test_and_clear_bit((nr), (unsigned long *)(addr))

#endif
