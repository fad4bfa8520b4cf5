/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers that look random, and are the same in every run. */
#ifndef LINUX_RANDOM_H
#define LINUX_RANDOM_H

#include <linux/types.h>

void get_random_bytes(void *to, size_t length);
u32 get_random_u32(void);
u64 get_random_u64(void);
#define get_random_int get_random_u32
#define get_random_long get_random_u64
#define prandom_u32 get_random_u32
#define get_random_u8() ((u8)get_random_u32())
#define get_random_u16() ((u16)get_random_u32())

static inline u32 get_random_u32_below(u32 ceil)
{
	return (u64)get_random_u32() * ceil >> 32;
}

static inline u32 get_random_u32_above(u32 floor)
{
	return floor + 1 + get_random_u32_below(~floor);
}

static inline u32 get_random_u32_inclusive(u32 floor, u32 ceil)
{
	return ceil - floor == ~0U ? get_random_u32() : floor + get_random_u32_below(ceil - floor + 1);
}

#define prandom_u32_max get_random_u32_below
#define prandom_bytes(to, length) get_random_bytes((to), (length))

#include <linux/prandom.h>

#endif
