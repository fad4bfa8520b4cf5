/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_HASH_H
#define LINUX_HASH_H

#include <linux/types.h>

#define GOLDEN_RATIO_32 0x61C88647

static inline u32 hash_32(u32 value, unsigned int bits)
{
	return (value * GOLDEN_RATIO_32) >> (32 - bits);
}

static inline u32 hash_64(u64 value, unsigned int bits)
{
	return (value * 0x61C8864680B583EBull) >> (64 - bits);
}

#define hash_long(value, bits) hash_64((value), (bits))
#define hash_ptr(pointer, bits) hash_64((unsigned long)(pointer), (bits))

static inline u32 hash32_ptr(const void *pointer)
{
	u64 value = (unsigned long)pointer;

	return value ^ value >> 32;
}

#endif
