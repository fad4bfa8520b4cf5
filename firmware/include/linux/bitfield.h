/* SPDX-License-Identifier: GPL-2.0-only */
/* Fields of registers, named by their mask. */
#ifndef LINUX_BITFIELD_H
#define LINUX_BITFIELD_H

#include <linux/bits.h>
#include <linux/build_bug.h>

#define __bf_shift(mask) (__builtin_ffsll(mask) - 1)
#define FIELD_MAX(mask) ((typeof(mask))((mask) >> __bf_shift(mask)))
#define FIELD_FIT(mask, value) (!((((typeof(mask))(value)) << __bf_shift(mask)) & ~(mask)))
#define FIELD_PREP(mask, value) (((typeof(mask))(value) << __bf_shift(mask)) & (mask))
#define FIELD_PREP_CONST(mask, value) FIELD_PREP(mask, value)
#define FIELD_GET(mask, reg) ((typeof(mask))(((reg) & (mask)) >> __bf_shift(mask)))

#endif
