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

#define __assign_bit(nr, addr, value) assign_bit((nr), (addr), (value))
#define __set_bit(nr, addr) set_bit((nr), (addr))
#define __clear_bit(nr, addr) clear_bit((nr), (addr))
#define __change_bit(nr, addr) change_bit((nr), (addr))
#define __test_and_set_bit(nr, addr) test_and_set_bit((nr), (addr))
#define __test_and_clear_bit(nr, addr) test_and_clear_bit((nr), (addr))
#define test_and_set_bit_lock(nr, addr) test_and_set_bit((nr), (addr))
#define clear_bit_unlock(nr, addr) clear_bit((nr), (addr))
#define assign_bit(nr, addr, value) ((value) ? set_bit((nr), (addr)) : clear_bit((nr), (addr)))

#define __clear_bit_unlock(nr, addr) clear_bit((nr), (addr))
#define test_bit_acquire(nr, addr) test_bit((nr), (addr))

/* Change some bits of a variable, and give what it was. */
#define set_mask_bits(pointer, mask, bits) ({							\
	typeof(*(pointer)) _old, _new;								\
												\
	do {											\
		_old = *(volatile typeof(*(pointer)) *)(pointer);				\
		_new = (_old & ~(mask)) | (bits);						\
	} while (!__atomic_compare_exchange_n((pointer), &_old, _new, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)); \
	_old;											\
})

/* The number of the lowest or highest bit set; undefined for 0, but for ffs() and fls(), which count from 1. */
#define __ffs(word) ((unsigned long)__builtin_ctzl(word))
#define __fls(word) ((unsigned long)(BITS_PER_LONG - 1 - __builtin_clzl(word)))
#define __ffs64(word) __ffs(word)
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
#define BITS_PER_TYPE(type) (sizeof(type) * BITS_PER_BYTE)
#define BITS_TO_BYTES(bits) (((bits) + 7) / 8)
#define BITS_TO_U32(bits) (((bits) + 31) / 32)
#define BITS_TO_U64(bits) (((bits) + 63) / 64)

static inline u32 rol32(u32 word, unsigned int shift)
{
	return word << (shift & 31) | word >> (-shift & 31);
}

static inline u32 ror32(u32 word, unsigned int shift)
{
	return word >> (shift & 31) | word << (-shift & 31);
}

static inline u64 rol64(u64 word, unsigned int shift)
{
	return word << (shift & 63) | word >> (-shift & 63);
}

static inline u64 ror64(u64 word, unsigned int shift)
{
	return word >> (shift & 63) | word << (-shift & 63);
}

static inline u16 rol16(u16 word, unsigned int shift)
{
	return word << (shift & 15) | word >> (-shift & 15);
}

static inline u16 ror16(u16 word, unsigned int shift)
{
	return word >> (shift & 15) | word << (-shift & 15);
}

static inline u8 rol8(u8 word, unsigned int shift)
{
	return word << (shift & 7) | word >> (-shift & 7);
}

static inline u8 ror8(u8 word, unsigned int shift)
{
	return word >> (shift & 7) | word << (-shift & 7);
}

static inline s32 sign_extend32(u32 value, int index)
{
	return (s32)(value << (31 - index)) >> (31 - index);
}

static inline s64 sign_extend64(u64 value, int index)
{
	return (s64)(value << (63 - index)) >> (63 - index);
}

static inline unsigned int fls_long(unsigned long word)
{
	return fls64(word);
}

static inline int get_count_order(unsigned int count)
{
	return count ? fls(count - 1) : -1;
}

static inline int get_count_order_long(unsigned long count)
{
	return count ? (int)fls64(count - 1) : -1;
}

static inline int get_bitmask_order(unsigned int count)
{
	return fls(count);
}

/* The number of the nth bit that is set. */
static inline unsigned long fns(unsigned long word, unsigned int n)
{
	while (word && n--)
		word &= word - 1;
	return word ? __ffs(word) : BITS_PER_LONG;
}

static inline bool parity8(u8 value)
{
	return hweight64(value) & 1;
}

#include <linux/find.h>

#endif
