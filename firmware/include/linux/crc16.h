/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_CRC16_H
#define LINUX_CRC16_H

#include <linux/types.h>

u16 crc16(u16 crc, const u8 *data, size_t length);

#endif
