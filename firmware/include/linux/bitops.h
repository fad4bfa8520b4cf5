/* SPDX-License-Identifier: GPL-2.0-only */
/* Bits in memory and in words. */
#ifndef LINUX_BITOPS_H
#define LINUX_BITOPS_H

#include <linux/bits.h>
#include <linux/types.h>

#define BITS_PER_BYTE 8
#define BITS_TO_LONGS(bits) (((bits) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

static inline void set_bit(long nr, volatile unsigned long *addr)
{
	__atomic_or_fetch(&addr[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_SEQ_CST);
}

static inline void clear_bit(long nr, volatile unsigned long *addr)
{
	__atomic_and_fetch(&addr[BIT_WORD(nr)], ~BIT_MASK(nr), __ATOMIC_SEQ_CST);
}

static inline void change_bit(long nr, volatile unsigned long *addr)
{
	__atomic_xor_fetch(&addr[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_SEQ_CST);
}

static inline int test_bit(long nr, const volatile unsigned long *addr)
{
	return addr[BIT_WORD(nr)] >> (nr % BITS_PER_LONG) & 1;
}

static inline int test_and_set_bit(long nr, volatile unsigned long *addr)
{
	return !!(__atomic_fetch_or(&addr[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_SEQ_CST) & BIT_MASK(nr));
}

static inline int test_and_clear_bit(long nr, volatile unsigned long *addr)
{
	return !!(__atomic_fetch_and(&addr[BIT_WORD(nr)], ~BIT_MASK(nr), __ATOMIC_SEQ_CST) & BIT_MASK(nr));
}

static inline int test_and_change_bit(long nr, volatile unsigned long *addr)
{
	return !!(__atomic_fetch_xor(&addr[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_SEQ_CST) & BIT_MASK(nr));
}

#define __set_bit(nr, addr) set_bit((nr), (addr))
#define __clear_bit(nr, addr) clear_bit((nr), (addr))
#define __change_bit(nr, addr) change_bit((nr), (addr))
#define __test_and_set_bit(nr, addr) test_and_set_bit((nr), (addr))
#define __test_and_clear_bit(nr, addr) test_and_clear_bit((nr), (addr))
#define test_and_set_bit_lock(nr, addr) test_and_set_bit((nr), (addr))
#define clear_bit_unlock(nr, addr) clear_bit((nr), (addr))
#define assign_bit(nr, addr, value) ((value) ? set_bit((nr), (addr)) : clear_bit((nr), (addr)))

/* The number of the lowest or highest bit set; undefined for 0, but for ffs() and fls(), which count from 1. */
#define __ffs(word) ((unsigned long)__builtin_ctzl(word))
#define __fls(word) ((unsigned long)(BITS_PER_LONG - 1 - __builtin_clzl(word)))
#define ffz(word) __ffs(~(word))
#define ffs(x) __builtin_ffs(x)

static inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

static inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzl(x) : 0;
}

/* Counted by hand: the compiler would call a library for its builtin. */
static inline unsigned int hweight64(u64 word)
{
	word -= word >> 1 & 0x5555555555555555;
	word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return word * 0x0101010101010101 >> 56;
}

#define hweight8(x) hweight64((u8)(x))
#define hweight16(x) hweight64((u16)(x))
#define hweight32(x) hweight64((u32)(x))
#define hweight_long(x) hweight64(x)

static inline u32 rol32(u32 word, unsigned int shift)
{
	return word << (shift & 31) | word >> (-shift & 31);
}

static inline u32 ror32(u32 word, unsigned int shift)
{
	return word >> (shift & 31) | word << (-shift & 31);
}

static inline unsigned long find_next_bit(const unsigned long *addr, unsigned long size, unsigned long from)
{
	while (from < size && !test_bit(from, addr))
		from++;
	return from < size ? from : size;
}

static inline unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size, unsigned long from)
{
	while (from < size && test_bit(from, addr))
		from++;
	return from < size ? from : size;
}

#define find_first_bit(addr, size) find_next_bit((addr), (size), 0)
#define find_first_zero_bit(addr, size) find_next_zero_bit((addr), (size), 0)
#define for_each_set_bit(bit, addr, size)						\
	for ((bit) = find_first_bit((addr), (size)); (bit) < (size);			\
	     (bit) = find_next_bit((addr), (size), (bit) + 1))

#endif
