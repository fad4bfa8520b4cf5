// SPDX-License-Identifier: GPL-2.0-only
/* Arrays of bits, word by word where that is easy, else bit by bit. lib/bitmap.c */
#include <asm/page.h>
#include <linux/bitmap.h>
#include <linux/ctype.h>

static unsigned long last_mask(unsigned int index, unsigned int bits)
{
	return (index + 1) * BITS_PER_LONG <= bits ? ~0UL : BITMAP_LAST_WORD_MASK(bits);
}

void bitmap_complement(unsigned long *to, const unsigned long *from, unsigned int bits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		to[i] = ~from[i];
}

bool bitmap_and(unsigned long *to, const unsigned long *a, const unsigned long *b, unsigned int bits)
{
	unsigned long any = 0;

	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		any |= to[i] = a[i] & b[i] & last_mask(i, bits);
	return any != 0;
}

void bitmap_or(unsigned long *to, const unsigned long *a, const unsigned long *b, unsigned int bits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		to[i] = a[i] | b[i];
}

void bitmap_xor(unsigned long *to, const unsigned long *a, const unsigned long *b, unsigned int bits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		to[i] = a[i] ^ b[i];
}

bool bitmap_andnot(unsigned long *to, const unsigned long *a, const unsigned long *b, unsigned int bits)
{
	unsigned long any = 0;

	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		any |= to[i] = a[i] & ~b[i] & last_mask(i, bits);
	return any != 0;
}

bool bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int bits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		if ((a[i] ^ b[i]) & last_mask(i, bits))
			return false;
	return true;
}

bool bitmap_intersects(const unsigned long *a, const unsigned long *b, unsigned int bits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		if (a[i] & b[i] & last_mask(i, bits))
			return true;
	return false;
}

bool bitmap_subset(const unsigned long *a, const unsigned long *b, unsigned int bits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		if (a[i] & ~b[i] & last_mask(i, bits))
			return false;
	return true;
}

unsigned int bitmap_weight(const unsigned long *map, unsigned int bits)
{
	unsigned int weight = 0;

	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		weight += hweight64(map[i] & last_mask(i, bits));
	return weight;
}

void bitmap_set(unsigned long *map, unsigned int start, unsigned int count)
{
	for (unsigned int bit = start; bit < start + count; bit++)
		map[bit / BITS_PER_LONG] |= BIT_MASK(bit);
}

void bitmap_clear(unsigned long *map, unsigned int start, unsigned int count)
{
	for (unsigned int bit = start; bit < start + count; bit++)
		map[bit / BITS_PER_LONG] &= ~BIT_MASK(bit);
}

static void put_bit(unsigned long *map, unsigned int bit, bool value)
{
	if (value)
		map[bit / BITS_PER_LONG] |= BIT_MASK(bit);
	else
		map[bit / BITS_PER_LONG] &= ~BIT_MASK(bit);
}

void bitmap_shift_right(unsigned long *to, const unsigned long *from, unsigned int shift, unsigned int bits)
{
	for (unsigned int bit = 0; bit < bits; bit++)
		put_bit(to, bit, bit + shift < bits && test_bit(bit + shift, from));
	if (bits % BITS_PER_LONG)
		to[bits / BITS_PER_LONG] &= BITMAP_LAST_WORD_MASK(bits);
}

void bitmap_shift_left(unsigned long *to, const unsigned long *from, unsigned int shift, unsigned int bits)
{
	for (unsigned int bit = bits; bit-- > 0; )
		put_bit(to, bit, bit >= shift && test_bit(bit - shift, from));
}

unsigned long bitmap_find_next_zero_area_off(unsigned long *map, unsigned long size, unsigned long start,
					     unsigned int count, unsigned long align_mask, unsigned long align_offset)
{
	for (;;) {
		unsigned long first = find_next_zero_bit(map, size, start), next;

		first = ((first + align_offset + align_mask) & ~align_mask) - align_offset;
		if (first + count > size)
			return first + count;
		next = find_next_bit(map, first + count, first);
		if (next >= first + count)
			return first;
		start = next + 1;
	}
}

int bitmap_allocate_region(unsigned long *map, unsigned int at, int order)
{
	unsigned int count = 1U << order;

	if (find_next_bit(map, at + count, at) < at + count)
		return -EBUSY;
	bitmap_set(map, at, count);
	return 0;
}

int bitmap_find_free_region(unsigned long *map, unsigned int bits, int order)
{
	for (unsigned int at = 0; at + (1U << order) <= bits; at += 1U << order)
		if (!bitmap_allocate_region(map, at, order))
			return at;
	return -ENOMEM;
}

void bitmap_release_region(unsigned long *map, unsigned int at, int order)
{
	bitmap_clear(map, at, 1U << order);
}

/* Of a list: from `first` to `last`, and of each `group` bits there the first `used`. */
struct region {
	unsigned int first, last, used, group;
};

/* "N" is the last bit. */
static const char *parse_number(const char *text, int bits, unsigned int *number, int *error)
{
	u64 value = 0;

	*number = bits - 1;
	if (*text == 'N')
		return text + 1;
	if (!isdigit(*text))
		*error = -EINVAL;
	for (; isdigit(*text); text++) {
		value = value * 10 + *text - '0';
		if (value > UINT_MAX) {
			*error = -EOVERFLOW;
			return text;
		}
	}
	*number = value;
	return text;
}

static const char *parse_region(const char *text, int bits, struct region *region, int *error)
{
	if (!strncasecmp(text, "all", 3)) {
		region->first = 0;
		region->last = bits - 1;
		text += 3;
	} else {
		text = parse_number(text, bits, &region->first, error);
		region->last = region->first;
		if (*error || *text != '-') {
			region->used = region->group = 1;
			return text;
		}
		text = parse_number(text + 1, bits, &region->last, error);
	}
	region->used = region->group = region->last - region->first + 1;
	if (*error || *text != ':')
		return text;
	text = parse_number(text + 1, bits, &region->used, error);
	if (!*error && *text != '/')
		*error = -EINVAL;
	return *error ? text : parse_number(text + 1, bits, &region->group, error);
}

int bitmap_parselist(const char *text, unsigned long *map, int bits)
{
	struct region region;
	int error = 0;

	bitmap_zero(map, bits);
	for (;;) {
		while (*text == ',' || isspace(*text))
			text++;
		if (!*text)
			return 0;
		text = parse_region(text, bits, &region, &error);
		if (!error && *text && *text != ',' && !isspace(*text))
			error = -EINVAL;
		if (error)
			return error;
		if (region.last < region.first || !region.group || region.used > region.group)
			return -EINVAL;
		if (region.last >= bits)
			return -ERANGE;
		for (u64 at = region.first; at <= region.last; at += region.group)
			bitmap_set(map, at, min_t(u64, region.last - at + 1, region.used));
	}
}

int bitmap_print_to_pagebuf(bool list, char *buf, const unsigned long *map, int bits)
{
	return list ? scnprintf(buf, PAGE_SIZE, "%*pbl\n", bits, map) : scnprintf(buf, PAGE_SIZE, "%*pb\n", bits, map);
}
