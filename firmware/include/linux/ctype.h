/* SPDX-License-Identifier: GPL-2.0-only */
/* Kinds of characters, of ASCII. */
#ifndef LINUX_CTYPE_H
#define LINUX_CTYPE_H

#define isdigit(c) ((unsigned int)(c) - '0' < 10)
#define islower(c) ((unsigned int)(c) - 'a' < 26)
#define isupper(c) ((unsigned int)(c) - 'A' < 26)
#define isalpha(c) (((unsigned int)(c) | 0x20) - 'a' < 26)
#define isalnum(c) (isalpha(c) || isdigit(c))
#define isxdigit(c) (isdigit(c) || ((unsigned int)(c) | 0x20) - 'a' < 6)
#define isspace(c) ((c) == ' ' || (unsigned int)(c) - '\t' < 5)
#define isprint(c) ((unsigned int)(c) - 0x20 < 0x5f)
#define isgraph(c) ((unsigned int)(c) - 0x21 < 0x5e)
#define ispunct(c) (isgraph(c) && !isalnum(c))
#define iscntrl(c) ((unsigned int)(c) < 0x20 || (c) == 0x7f)
#define isascii(c) ((unsigned int)(c) < 0x80)
#define toascii(c) ((c) & 0x7f)

static inline int tolower(int c)
{
	return isupper(c) ? c | 0x20 : c;
}

static inline int toupper(int c)
{
	return islower(c) ? c & ~0x20 : c;
}

#endif
