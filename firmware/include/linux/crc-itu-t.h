/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_CRC_ITU_T_H
#define LINUX_CRC_ITU_T_H

#include <linux/types.h>

u16 crc_itu_t(u16 crc, const u8 *data, size_t length);

#endif
