/* SPDX-License-Identifier: GPL-2.0-only */
/* Fields of registers, named by their mask. */
#ifndef LINUX_BITFIELD_H
#define LINUX_BITFIELD_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <asm/byteorder.h>

#define __bf_shift(mask) (__builtin_ffsll(mask) - 1)
#define FIELD_MAX(mask) ((typeof(mask))((mask) >> __bf_shift(mask)))
#define FIELD_FIT(mask, value) (!((((typeof(mask))(value)) << __bf_shift(mask)) & ~(mask)))
#define FIELD_PREP(mask, value) (((typeof(mask))(value) << __bf_shift(mask)) & (mask))
#define FIELD_PREP_CONST(mask, value) FIELD_PREP(mask, value)
#define FIELD_GET(mask, reg) ((typeof(mask))(((reg) & (mask)) >> __bf_shift(mask)))

#define FIELD_MODIFY(mask, pointer, value) (*(pointer) = (*(pointer) & ~(mask)) | FIELD_PREP(mask, value))
#define field_multiplier(field) ((field) & -(field))
#define field_mask(field) ((field) / field_multiplier(field))
#define field_max(field) ((typeof(field))field_mask(field))

/* Fields of words in a given order of bytes: u32_get_bits(), le16_encode_bits(), be64p_replace_bits() and so on. */
#define DEFINE_FIELD_OPS(type, base, to, from)						\
static inline __##type type##_encode_bits(base value, base field)			\
{											\
	return to((value & field_mask(field)) * field_multiplier(field));		\
}											\
static inline base type##_get_bits(__##type word, base field)				\
{											\
	return (from(word) & field) / field_multiplier(field);				\
}											\
static inline __##type type##_replace_bits(__##type old, base value, base field)	\
{											\
	return (old & ~to(field)) | type##_encode_bits(value, field);			\
}											\
static inline void type##p_replace_bits(__##type *pointer, base value, base field)	\
{											\
	*pointer = type##_replace_bits(*pointer, value, field);				\
}
#define __field_plain(value) (value)

DEFINE_FIELD_OPS(u8, u8, __field_plain, __field_plain)
DEFINE_FIELD_OPS(u16, u16, __field_plain, __field_plain)
DEFINE_FIELD_OPS(u32, u32, __field_plain, __field_plain)
DEFINE_FIELD_OPS(u64, u64, __field_plain, __field_plain)
DEFINE_FIELD_OPS(le16, u16, cpu_to_le16, le16_to_cpu)
DEFINE_FIELD_OPS(le32, u32, cpu_to_le32, le32_to_cpu)
DEFINE_FIELD_OPS(le64, u64, cpu_to_le64, le64_to_cpu)
DEFINE_FIELD_OPS(be16, u16, cpu_to_be16, be16_to_cpu)
DEFINE_FIELD_OPS(be32, u32, cpu_to_be32, be32_to_cpu)
DEFINE_FIELD_OPS(be64, u64, cpu_to_be64, be64_to_cpu)

#endif
