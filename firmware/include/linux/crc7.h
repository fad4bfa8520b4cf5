/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_CRC7_H
#define LINUX_CRC7_H

#include <linux/types.h>

u8 crc7_be(u8 crc, const u8 *data, size_t length);

#endif
