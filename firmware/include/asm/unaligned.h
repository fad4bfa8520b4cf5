/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers at any address: this CPU takes them where they are. */
#ifndef ASM_UNALIGNED_H
#define ASM_UNALIGNED_H

#include <asm/byteorder.h>

#define __get_unaligned_t(type, p) ({					\
	const struct { type value; } __attribute__((packed)) *_at = (const void *)(p); \
	_at->value;							\
})
#define __put_unaligned_t(type, v, p) do {				\
	struct { type value; } __attribute__((packed)) *_at = (void *)(p); \
	_at->value = (v);						\
} while (0)
#define get_unaligned(p) __get_unaligned_t(typeof(*(p)), (p))
#define put_unaligned(v, p) __put_unaligned_t(typeof(*(p)), (v), (p))
#define get_unaligned_le16(p) __get_unaligned_t(u16, (p))
#define get_unaligned_le32(p) __get_unaligned_t(u32, (p))
#define get_unaligned_le64(p) __get_unaligned_t(u64, (p))
#define get_unaligned_be16(p) swab16(__get_unaligned_t(u16, (p)))
#define get_unaligned_be32(p) swab32(__get_unaligned_t(u32, (p)))
#define put_unaligned_le16(v, p) __put_unaligned_t(u16, (v), (p))
#define put_unaligned_le32(v, p) __put_unaligned_t(u32, (v), (p))
#define put_unaligned_le64(v, p) __put_unaligned_t(u64, (v), (p))
#define put_unaligned_be32(v, p) __put_unaligned_t(u32, swab32(v), (p))

#endif
