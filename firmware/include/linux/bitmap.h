/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays of bits. Beyond the last bit of the last word there may be anything. */
#ifndef LINUX_BITMAP_H
#define LINUX_BITMAP_H

#include <linux/bitops.h>
#include <linux/find.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

struct device;

#define BITMAP_FIRST_WORD_MASK(start) (~0UL << ((start) & (BITS_PER_LONG - 1)))
#define BITMAP_LAST_WORD_MASK(bits) (~0UL >> (-(bits) & (BITS_PER_LONG - 1)))
#define bitmap_size(bits) (BITS_TO_LONGS(bits) * sizeof(long))

static inline unsigned long *bitmap_alloc(unsigned int bits, gfp_t gfp_mask)
{
	return kmalloc_array(BITS_TO_LONGS(bits), sizeof(long), gfp_mask);
}

static inline unsigned long *bitmap_zalloc(unsigned int bits, gfp_t gfp_mask)
{
	return kcalloc(BITS_TO_LONGS(bits), sizeof(long), gfp_mask);
}

static inline void bitmap_free(const unsigned long *map)
{
	kfree(map);
}

static inline void bitmap_zero(unsigned long *to, unsigned int bits)
{
	memset(to, 0, bitmap_size(bits));
}

static inline void bitmap_fill(unsigned long *to, unsigned int bits)
{
	memset(to, 0xff, bitmap_size(bits));
}

static inline void bitmap_copy(unsigned long *to, const unsigned long *from, unsigned int bits)
{
	memcpy(to, from, bitmap_size(bits));
}

void bitmap_complement(unsigned long *to, const unsigned long *from, unsigned int bits);
bool bitmap_and(unsigned long *to, const unsigned long *a, const unsigned long *b, unsigned int bits);
void bitmap_or(unsigned long *to, const unsigned long *a, const unsigned long *b, unsigned int bits);
void bitmap_xor(unsigned long *to, const unsigned long *a, const unsigned long *b, unsigned int bits);
bool bitmap_andnot(unsigned long *to, const unsigned long *a, const unsigned long *b, unsigned int bits);
bool bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int bits);
bool bitmap_intersects(const unsigned long *a, const unsigned long *b, unsigned int bits);
bool bitmap_subset(const unsigned long *a, const unsigned long *b, unsigned int bits);
unsigned int bitmap_weight(const unsigned long *map, unsigned int bits);
void bitmap_set(unsigned long *map, unsigned int start, unsigned int count);
void bitmap_clear(unsigned long *map, unsigned int start, unsigned int count);
void bitmap_shift_right(unsigned long *to, const unsigned long *from, unsigned int shift, unsigned int bits);
void bitmap_shift_left(unsigned long *to, const unsigned long *from, unsigned int shift, unsigned int bits);
unsigned long bitmap_find_next_zero_area_off(unsigned long *map, unsigned long size, unsigned long start,
					     unsigned int count, unsigned long align_mask, unsigned long align_offset);
int bitmap_find_free_region(unsigned long *map, unsigned int bits, int order);
void bitmap_release_region(unsigned long *map, unsigned int at, int order);
int bitmap_allocate_region(unsigned long *map, unsigned int at, int order);
/* "1,3-5", as %*pbl prints it. */
int bitmap_parselist(const char *text, unsigned long *map, int bits);
int bitmap_print_to_pagebuf(bool list, char *buf, const unsigned long *map, int bits);

static inline unsigned long bitmap_find_next_zero_area(unsigned long *map, unsigned long size, unsigned long start,
						       unsigned int count, unsigned long align_mask)
{
	return bitmap_find_next_zero_area_off(map, size, start, count, align_mask, 0);
}

static inline bool bitmap_empty(const unsigned long *map, unsigned int bits)
{
	return find_first_bit(map, bits) == bits;
}

static inline bool bitmap_full(const unsigned long *map, unsigned int bits)
{
	return find_first_zero_bit(map, bits) == bits;
}

static inline void bitmap_from_u64(unsigned long *to, u64 mask)
{
	to[0] = mask;
}

#endif
