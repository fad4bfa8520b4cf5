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

static inline void bitmap_copy_clear_tail(unsigned long *to, const unsigned long *from, unsigned int bits)
{
	bitmap_copy(to, from, bits);
	if (bits % BITS_PER_LONG)
		to[bits / BITS_PER_LONG] &= BITMAP_LAST_WORD_MASK(bits);
}

static inline bool bitmap_or_equal(const unsigned long *a, const unsigned long *b, const unsigned long *both,
				   unsigned int bits)
{
	for (unsigned int bit = 0; bit < bits; bit++)
		if ((test_bit(bit, a) || test_bit(bit, b)) != test_bit(bit, both))
			return false;
	return true;
}

static inline unsigned int bitmap_weight_and(const unsigned long *a, const unsigned long *b, unsigned int bits)
{
	unsigned int weight = 0, bit;

	for_each_and_bit(bit, a, b, bits)
		weight++;
	return weight;
}

static inline unsigned int bitmap_weight_andnot(const unsigned long *a, const unsigned long *b, unsigned int bits)
{
	unsigned int weight = 0, bit;

	for_each_andnot_bit(bit, a, b, bits)
		weight++;
	return weight;
}

/* In bytes, whose first bit a multiple of 8 names. */
static inline unsigned long bitmap_get_value8(const unsigned long *map, unsigned long start)
{
	return ((const u8 *)map)[start / 8];
}

static inline void bitmap_set_value8(unsigned long *map, unsigned long value, unsigned long start)
{
	((u8 *)map)[start / 8] = value;
}

void bitmap_cut(unsigned long *to, const unsigned long *from, unsigned int first, unsigned int cut, unsigned int bits);
void bitmap_replace(unsigned long *to, const unsigned long *old, const unsigned long *new, const unsigned long *mask,
		    unsigned int bits);
void bitmap_remap(unsigned long *to, const unsigned long *from, const unsigned long *old, const unsigned long *new,
		  unsigned int bits);
int bitmap_bitremap(int oldbit, const unsigned long *old, const unsigned long *new, int bits);
void bitmap_onto(unsigned long *to, const unsigned long *from, const unsigned long *relmap, unsigned int bits);
void bitmap_fold(unsigned long *to, const unsigned long *from, unsigned int size, unsigned int bits);
void bitmap_scatter(unsigned long *to, const unsigned long *from, const unsigned long *mask, unsigned int bits);
void bitmap_gather(unsigned long *to, const unsigned long *from, const unsigned long *mask, unsigned int bits);
void bitmap_from_arr32(unsigned long *map, const u32 *from, unsigned int bits);
void bitmap_to_arr32(u32 *to, const unsigned long *map, unsigned int bits);
#define bitmap_from_arr64(map, from, bits)						\
	bitmap_copy_clear_tail((map), (const unsigned long *)(from), (bits))
#define bitmap_to_arr64(to, map, bits) bitmap_copy_clear_tail((unsigned long *)(to), (map), (bits))
#define BITMAP_FROM_U64(value) (value)
/* "1,00000003", as %*pb prints it. */
int bitmap_parse(const char *text, unsigned int length, unsigned long *map, int bits);
int bitmap_parse_user(const char __user *from, unsigned int length, unsigned long *map, int bits);
int bitmap_parselist_user(const char __user *from, unsigned int length, unsigned long *map, int bits);
unsigned long bitmap_read(const unsigned long *map, unsigned long start, unsigned long bits);
void bitmap_write(unsigned long *map, unsigned long value, unsigned long start, unsigned long bits);
unsigned long *devm_bitmap_alloc(struct device *dev, unsigned int bits, gfp_t gfp_mask);
unsigned long *devm_bitmap_zalloc(struct device *dev, unsigned int bits, gfp_t gfp_mask);
#define bitmap_alloc_node(bits, gfp_mask, node) ((void)(node), bitmap_alloc((bits), (gfp_mask)))
#define bitmap_zalloc_node(bits, gfp_mask, node) ((void)(node), bitmap_zalloc((bits), (gfp_mask)))

/* A part of what %*pb and %*pbl give, for files that are read in parts. */
int bitmap_print_bitmask_to_buf(char *buf, const unsigned long *map, int bits, loff_t at, size_t count);
int bitmap_print_list_to_buf(char *buf, const unsigned long *map, int bits, loff_t at, size_t count);
/* What the others are where the number of bits is no constant. */
#define __bitmap_set bitmap_set
#define __bitmap_clear bitmap_clear
#define __bitmap_equal bitmap_equal
#define __bitmap_and bitmap_and
#define __bitmap_or bitmap_or
#define __bitmap_weight bitmap_weight

#endif
