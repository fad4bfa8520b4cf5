// SPDX-License-Identifier: GPL-2.0-only
/* Memory and strings. */
#include <linux/string.h>

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
	size_t words = length / 8, rest = length % 8;
	void *at = to;

	__asm__ volatile("rep movsq" : "+D"(at), "+S"(from), "+c"(words) : : "memory");
	__asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(rest) : : "memory");
	return to;
}

void *memmove(void *to, const void *from, size_t length)
{
	char *last = (char *)to + length - 1;
	const char *last_from = (const char *)from + length - 1;

	if (to <= from || (char *)to >= (const char *)from + length)
		return memcpy(to, from, length);
	__asm__ volatile("std; rep movsb; cld" : "+D"(last), "+S"(last_from), "+c"(length) : : "memory");
	return to;
}

int memcmp(const void *a, const void *b, size_t length)
{
	const u8 *left = a, *right = b;

	for (; length; length--, left++, right++)
		if (*left != *right)
			return *left - *right;
	return 0;
}

size_t strlen(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

int strncmp(const char *a, const char *b, size_t length)
{
	for (; length; length--, a++, b++)
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, ~0UL);
}

size_t strlcpy(char *to, const char *from, size_t size)
{
	size_t length = strlen(from);

	if (size) {
		size_t copied = length < size ? length : size - 1;

		memcpy(to, from, copied);
		to[copied] = 0;
	}
	return length;
}

char *strstr(const char *text, const char *part)
{
	size_t length = strlen(part);

	for (; *text; text++)
		if (!strncmp(text, part, length))
			return (char *)text;
	return length ? NULL : (char *)text;
}
