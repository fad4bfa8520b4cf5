/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_BITREV_H
#define LINUX_BITREV_H

#include <linux/types.h>

static inline u8 bitrev8(u8 byte)
{
	byte = byte << 4 | byte >> 4;
	byte = (byte & 0x33) << 2 | (byte & 0xcc) >> 2;
	return (byte & 0x55) << 1 | (byte & 0xaa) >> 1;
}

static inline u16 bitrev16(u16 word)
{
	return bitrev8(word) << 8 | bitrev8(word >> 8);
}

static inline u32 bitrev32(u32 word)
{
	return (u32)bitrev16(word) << 16 | bitrev16(word >> 16);
}

#endif
