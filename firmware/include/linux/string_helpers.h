/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_STRING_HELPERS_H
#define LINUX_STRING_HELPERS_H

#include <linux/ctype.h>
#include <linux/string.h>
#include <linux/string_choices.h>
#include <linux/types.h>

enum string_size_units { STRING_UNITS_10, STRING_UNITS_2 };

#define UNESCAPE_SPACE BIT(0)
#define UNESCAPE_OCTAL BIT(1)
#define UNESCAPE_HEX BIT(2)
#define UNESCAPE_SPECIAL BIT(3)
#define UNESCAPE_ANY (UNESCAPE_SPACE | UNESCAPE_OCTAL | UNESCAPE_HEX | UNESCAPE_SPECIAL)

/* "1.46 GiB": three digits, rounded. */
int string_get_size(u64 size, u64 block_bytes, enum string_size_units units, char *buf, int length);
/* Undo \n, \x1b and the like; `size` 0 means that `to` has room for all. Give the length. */
int string_unescape(char *from, char *to, size_t size, unsigned int flags);
#define string_unescape_inplace(buf, flags) string_unescape((buf), (buf), 0, (flags))
#define string_unescape_any(from, to, size) string_unescape((from), (to), (size), UNESCAPE_ANY)
#define string_unescape_any_inplace(buf) string_unescape_any((buf), (buf), 0)

static inline void string_upper(char *to, const char *from)
{
	do {
		*to++ = toupper(*from);
	} while (*from++);
}

static inline void string_lower(char *to, const char *from)
{
	do {
		*to++ = tolower(*from);
	} while (*from++);
}

#endif
