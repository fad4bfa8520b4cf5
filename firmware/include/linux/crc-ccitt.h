/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_CRC_CCITT_H
#define LINUX_CRC_CCITT_H

#include <linux/types.h>

u16 crc_ccitt(u16 crc, const u8 *data, size_t length);
u16 crc_ccitt_false(u16 crc, const u8 *data, size_t length);

#endif
