// SPDX-License-Identifier: GPL-2.0-only
/* What the compiler may call on its own. */
#include <kernel/types.h>

void *memset(void *to, int byte, size_t length)
{
	u64 pattern = (u8)byte * 0x0101010101010101UL;
	size_t words = length / 8, rest = length % 8;
	void *at = to;

	__asm__ volatile("rep stosq" : "+D"(at), "+c"(words) : "a"(pattern) : "memory");
	__asm__ volatile("rep stosb" : "+D"(at), "+c"(rest) : "a"(pattern) : "memory");
	return to;
}

void *memcpy(void *to, const void *from, size_t length)
{
	void *at = to;

	__asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(length) : : "memory");
	return to;
}
