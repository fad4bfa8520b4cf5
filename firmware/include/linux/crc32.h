/* SPDX-License-Identifier: GPL-2.0-only */
/* Neither complements: the caller begins with ~0 and inverts the result where his protocol wants it. */
#ifndef LINUX_CRC32_H
#define LINUX_CRC32_H

#include <linux/bitrev.h>
#include <linux/types.h>

u32 crc32_le(u32 crc, const unsigned char *data, size_t length);
u32 crc32_be(u32 crc, const unsigned char *data, size_t length);
u32 __crc32c_le(u32 crc, const unsigned char *data, size_t length);
#define crc32(seed, data, length) crc32_le((seed), (const unsigned char *)(data), (length))
#define crc32c(seed, data, length) __crc32c_le((seed), (const unsigned char *)(data), (length))
#define ether_crc_le(length, data) crc32_le(~0U, (data), (length))
#define ether_crc(length, data) bitrev32(crc32_le(~0U, (data), (length)))

#endif
