// SPDX-License-Identifier: GPL-2.0-only
/* Rarer things that are done with arrays of bits. lib/bitmap.c */
#include <linux/bitmap.h>
#include <linux/ctype.h>
#include <linux/device.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

static void put_bit(unsigned long *map, unsigned int bit, bool value)
{
	if (value)
		map[bit / BITS_PER_LONG] |= BIT_MASK(bit);
	else
		map[bit / BITS_PER_LONG] &= ~BIT_MASK(bit);
}

/* Take `cut` bits out at `first`; those above move down. */
void bitmap_cut(unsigned long *to, const unsigned long *from, unsigned int first, unsigned int cut, unsigned int bits)
{
	unsigned int end = BITS_TO_LONGS(bits) * BITS_PER_LONG;

	memmove(to, from, bitmap_size(bits));	/* the two may overlap */
	for (unsigned int bit = first; bit < bits; bit++)
		put_bit(to, bit, bit + cut < end && test_bit(bit + cut, to));
}

void bitmap_replace(unsigned long *to, const unsigned long *old, const unsigned long *new, const unsigned long *mask,
		    unsigned int bits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		to[i] = (old[i] & ~mask[i]) | (new[i] & mask[i]);
}

/* Which of the bits that are set one is; -1 where it is not set. */
static int rank(const unsigned long *map, unsigned int bit, unsigned int bits)
{
	return bit < bits && test_bit(bit, map) ? (int)bitmap_weight(map, bit) : -1;
}

int bitmap_bitremap(int oldbit, const unsigned long *old, const unsigned long *new, int bits)
{
	unsigned int count = bitmap_weight(new, bits);
	int which = rank(old, oldbit, bits);

	return which < 0 || !count ? oldbit : (int)find_nth_bit(new, bits, which % count);
}

void bitmap_remap(unsigned long *to, const unsigned long *from, const unsigned long *old, const unsigned long *new,
		  unsigned int bits)
{
	unsigned int bit;

	if (to == from)
		return;
	bitmap_zero(to, bits);
	for_each_set_bit(bit, from, bits)
		set_bit(bitmap_bitremap(bit, old, new, bits), to);
}

/* The nth bit of `relmap` that is set stands for the nth of what `from` may have. */
void bitmap_onto(unsigned long *to, const unsigned long *from, const unsigned long *relmap, unsigned int bits)
{
	unsigned int bit, n = 0;

	if (to == from)
		return;
	bitmap_zero(to, bits);
	for_each_set_bit(bit, relmap, bits)
		if (test_bit(n++, from))
			set_bit(bit, to);
}

void bitmap_fold(unsigned long *to, const unsigned long *from, unsigned int size, unsigned int bits)
{
	unsigned int bit;

	if (to == from)
		return;
	bitmap_zero(to, bits);
	for_each_set_bit(bit, from, bits)
		set_bit(bit % size, to);
}

void bitmap_scatter(unsigned long *to, const unsigned long *from, const unsigned long *mask, unsigned int bits)
{
	unsigned int bit, n = 0;

	bitmap_zero(to, bits);
	for_each_set_bit(bit, mask, bits)
		put_bit(to, bit, test_bit(n++, from));
}

void bitmap_gather(unsigned long *to, const unsigned long *from, const unsigned long *mask, unsigned int bits)
{
	unsigned int bit, n = 0;

	bitmap_zero(to, bits);
	for_each_set_bit(bit, mask, bits)
		put_bit(to, n++, test_bit(bit, from));
}

void bitmap_from_arr32(unsigned long *map, const u32 *from, unsigned int bits)
{
	for (unsigned int i = 0; i < BITS_TO_U32(bits); i++) {
		if (i & 1)
			map[i / 2] |= (unsigned long)from[i] << 32;
		else
			map[i / 2] = from[i];
	}
	if (bits % BITS_PER_LONG)
		map[bits / BITS_PER_LONG] &= BITMAP_LAST_WORD_MASK(bits);
}

void bitmap_to_arr32(u32 *to, const unsigned long *map, unsigned int bits)
{
	for (unsigned int i = 0; i < BITS_TO_U32(bits); i++)
		to[i] = map[i / 2] >> (i & 1) * 32;
	if (bits % 32)
		to[bits / 32] &= ~0U >> (32 - bits % 32);
}

static const char *skip_back(const char *text, const char *end)
{
	while (end > text && (isspace(end[-1]) || end[-1] == ','))
		end--;
	return end;
}

/* Words in hexadecimal of 32 bits at most, the highest first: "1,00000003". They are taken from behind. */
int bitmap_parse(const char *text, unsigned int length, unsigned long *map, int bits)
{
	size_t line = strnlen(text, length);
	const char *newline = memchr(text, '\n', line);
	const char *end = skip_back(text, newline ? newline : text + line);
	unsigned int at = 0;

	bitmap_zero(map, bits);
	for (const char *first = end; end > text; at += 32, end = skip_back(text, first)) {
		u32 word = 0;

		for (first = end; first > text && isxdigit(first[-1]); )
			first--;
		if (first == end || (first > text && first[-1] != ',' && !isspace(first[-1])))
			return -EINVAL;
		if (end - first > 8)
			return -EOVERFLOW;
		for (const char *digit = first; digit < end; digit++)
			word = word << 4 | hex_to_bin(*digit);
		for (unsigned int bit = 0; bit < 32; bit++) {
			if (!(word >> bit & 1))
				continue;
			if (at + bit >= bits)
				return -EOVERFLOW;
			set_bit(at + bit, map);
		}
	}
	return 0;
}

static int parse_user(int (*parse)(const char *text, unsigned long *map, int bits), const char __user *from,
		      unsigned int length, unsigned long *map, int bits)
{
	char *text = memdup_user_nul(from, length);
	int error;

	if (IS_ERR(text))
		return PTR_ERR(text);
	error = parse(text, map, bits);
	kfree(text);
	return error;
}

static int parse_all(const char *text, unsigned long *map, int bits)
{
	return bitmap_parse(text, UINT_MAX, map, bits);
}

int bitmap_parse_user(const char __user *from, unsigned int length, unsigned long *map, int bits)
{
	return parse_user(parse_all, from, length, map, bits);
}

int bitmap_parselist_user(const char __user *from, unsigned int length, unsigned long *map, int bits)
{
	return parse_user(bitmap_parselist, from, length, map, bits);
}

unsigned long bitmap_read(const unsigned long *map, unsigned long start, unsigned long bits)
{
	unsigned long value = 0;

	for (unsigned long bit = 0; bit < bits; bit++)
		value |= (unsigned long)test_bit(start + bit, map) << bit;
	return value;
}

void bitmap_write(unsigned long *map, unsigned long value, unsigned long start, unsigned long bits)
{
	for (unsigned long bit = 0; bit < bits; bit++)
		put_bit(map, start + bit, value >> bit & 1);
}

static void free_bitmap(void *map)
{
	bitmap_free(map);
}

unsigned long *devm_bitmap_alloc(struct device *dev, unsigned int bits, gfp_t gfp_mask)
{
	unsigned long *map = bitmap_alloc(bits, gfp_mask);

	return map && !devm_add_action_or_reset(dev, free_bitmap, map) ? map : NULL;
}

unsigned long *devm_bitmap_zalloc(struct device *dev, unsigned int bits, gfp_t gfp_mask)
{
	return devm_bitmap_alloc(dev, bits, gfp_mask | __GFP_ZERO);
}

static int print_part(const char *format, char *buf, const unsigned long *map, int bits, loff_t at, size_t count)
{
	char *text = kasprintf(GFP_KERNEL, format, bits, map);
	ssize_t length;

	if (!text)
		return -ENOMEM;
	length = memory_read_from_buffer(buf, count, &at, text, strlen(text) + 1);
	kfree(text);
	return length;
}

int bitmap_print_bitmask_to_buf(char *buf, const unsigned long *map, int bits, loff_t at, size_t count)
{
	return print_part("%*pb\n", buf, map, bits, at, count);
}

int bitmap_print_list_to_buf(char *buf, const unsigned long *map, int bits, loff_t at, size_t count)
{
	return print_part("%*pbl\n", buf, map, bits, at, count);
}
