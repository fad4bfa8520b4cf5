/* SPDX-License-Identifier: GPL-2.0-only */
/* Bob Jenkins' hash of 2006 (lookup3), for tables. */
#ifndef LINUX_JHASH_H
#define LINUX_JHASH_H

#include <asm/unaligned.h>
#include <linux/bitops.h>
#include <linux/types.h>

#define JHASH_INITVAL 0xdeadbeef
#define jhash_size(bits) (1U << (bits))
#define jhash_mask(bits) (jhash_size(bits) - 1)

#define __jhash_step(x, y, z, shift) do { x -= z; x ^= rol32(z, shift); z += y; } while (0)
#define __jhash_mix(a, b, c) do {							\
	__jhash_step(a, b, c, 4);							\
	__jhash_step(b, c, a, 6);							\
	__jhash_step(c, a, b, 8);							\
	__jhash_step(a, b, c, 16);							\
	__jhash_step(b, c, a, 19);							\
	__jhash_step(c, a, b, 4);							\
} while (0)
#define __jhash_end(x, y, shift) do { x ^= y; x -= rol32(y, shift); } while (0)
#define __jhash_final(a, b, c) do {							\
	__jhash_end(c, b, 14);								\
	__jhash_end(a, c, 11);								\
	__jhash_end(b, a, 25);								\
	__jhash_end(c, b, 16);								\
	__jhash_end(a, c, 4);								\
	__jhash_end(b, a, 14);								\
	__jhash_end(c, b, 24);								\
} while (0)

static inline u32 jhash(const void *key, u32 length, u32 initval)
{
	const u8 *at = key;
	u32 part[3], a, b, c;

	a = b = c = JHASH_INITVAL + length + initval;
	for (; length > 12; length -= 12, at += 12) {
		a += get_unaligned((const u32 *)at);
		b += get_unaligned((const u32 *)(at + 4));
		c += get_unaligned((const u32 *)(at + 8));
		__jhash_mix(a, b, c);
	}
	if (!length)
		return c;
	part[0] = part[1] = part[2] = 0;
	for (u32 i = 0; i < length; i++)
		part[i / 4] |= (u32)at[i] << i % 4 * 8;
	a += part[0];
	b += part[1];
	c += part[2];
	__jhash_final(a, b, c);
	return c;
}

/* Of words: as jhash() on a machine with the little order of bytes. */
static inline u32 jhash2(const u32 *key, u32 words, u32 initval)
{
	return jhash(key, words * 4, initval);
}

static inline u32 __jhash_words(u32 a, u32 b, u32 c, u32 initval)
{
	a += initval;
	b += initval;
	c += initval;
	__jhash_final(a, b, c);
	return c;
}

#define jhash_3words(a, b, c, initval) __jhash_words((a), (b), (c), (initval) + JHASH_INITVAL + 12)
#define jhash_2words(a, b, initval) __jhash_words((a), (b), 0, (initval) + JHASH_INITVAL + 8)
#define jhash_1word(a, initval) __jhash_words((a), 0, 0, (initval) + JHASH_INITVAL + 4)

#endif
