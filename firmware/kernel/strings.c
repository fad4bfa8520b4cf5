// SPDX-License-Identifier: GPL-2.0-only
/* More of memory and strings, for drivers. lib/string.c, lib/string_helpers.c */
#include <linux/kernel.h>
#include <linux/string.h>

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static int is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

size_t strnlen(const char *text, size_t most)
{
	size_t length = 0;

	while (length < most && text[length])
		length++;
	return length;
}

int strncasecmp(const char *a, const char *b, size_t length)
{
	for (; length; length--, a++, b++)
		if (lower(*a) != lower(*b) || !*a)
			return (u8)lower(*a) - (u8)lower(*b);
	return 0;
}

int strcasecmp(const char *a, const char *b)
{
	return strncasecmp(a, b, ~0UL);
}

char *strcpy(char *to, const char *from)
{
	return memcpy(to, from, strlen(from) + 1);
}

char *strncpy(char *to, const char *from, size_t length)
{
	size_t copied = strnlen(from, length);

	memcpy(to, from, copied);
	memset(to + copied, 0, length - copied);
	return to;
}

ssize_t strscpy(char *to, const char *from, size_t size)
{
	size_t length = strnlen(from, size);

	if (!size)
		return -E2BIG;
	if (length == size) {
		memcpy(to, from, size - 1);
		to[size - 1] = 0;
		return -E2BIG;
	}
	memcpy(to, from, length + 1);
	return length;
}

ssize_t strscpy_pad(char *to, const char *from, size_t size)
{
	ssize_t length = strscpy(to, from, size);

	if (length >= 0)
		memset(to + length, 0, size - length);
	return length;
}

char *strcat(char *to, const char *from)
{
	strcpy(to + strlen(to), from);
	return to;
}

char *strncat(char *to, const char *from, size_t length)
{
	size_t at = strlen(to), copied = strnlen(from, length);

	memcpy(to + at, from, copied);
	to[at + copied] = 0;
	return to;
}

size_t strlcat(char *to, const char *from, size_t size)
{
	size_t at = strnlen(to, size);

	return at + strlcpy(to + at, from, size - at);
}

char *strnchr(const char *text, size_t length, int c)
{
	for (; length; length--, text++) {
		if (*text == (char)c)
			return (char *)text;
		if (!*text)
			break;
	}
	return NULL;
}

char *strchr(const char *text, int c)
{
	return strnchr(text, ~0UL, c);
}

char *strchrnul(const char *text, int c)
{
	while (*text && *text != (char)c)
		text++;
	return (char *)text;
}

char *strrchr(const char *text, int c)
{
	const char *last = NULL;

	do {
		if (*text == (char)c)
			last = text;
	} while (*text++);
	return (char *)last;
}

char *strnstr(const char *text, const char *part, size_t length)
{
	size_t wanted = strlen(part);

	for (; length >= wanted; length--, text++)
		if (!memcmp(text, part, wanted))
			return (char *)text;
	return NULL;
}

size_t strspn(const char *text, const char *accepted)
{
	size_t length = 0;

	while (text[length] && strchr(accepted, text[length]))
		length++;
	return length;
}

size_t strcspn(const char *text, const char *rejected)
{
	size_t length = 0;

	while (text[length] && !strchr(rejected, text[length]))
		length++;
	return length;
}

char *strpbrk(const char *text, const char *any)
{
	text += strcspn(text, any);
	return *text ? (char *)text : NULL;
}

char *strsep(char **text, const char *separators)
{
	char *word = *text, *end;

	if (!word)
		return NULL;
	end = strpbrk(word, separators);
	if (end)
		*end++ = 0;
	*text = end;
	return word;
}

char *skip_spaces(const char *text)
{
	while (is_space(*text))
		text++;
	return (char *)text;
}

char *strim(char *text)
{
	size_t length = strlen(text);

	while (length && is_space(text[length - 1]))
		text[--length] = 0;
	return skip_spaces(text);
}

bool sysfs_streq(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	if (*a == *b)
		return true;
	return (!*a && *b == '\n' && !b[1]) || (*a == '\n' && !a[1] && !*b);
}

int match_string(const char *const *array, size_t count, const char *text)
{
	for (size_t i = 0; i < count && array[i]; i++)
		if (!strcmp(array[i], text))
			return i;
	return -EINVAL;
}

int __sysfs_match_string(const char *const *array, size_t count, const char *text)
{
	for (size_t i = 0; i < count && array[i]; i++)
		if (sysfs_streq(array[i], text))
			return i;
	return -EINVAL;
}

void *memchr(const void *data, int byte, size_t length)
{
	for (const u8 *at = data; length; length--, at++)
		if (*at == (u8)byte)
			return (void *)at;
	return NULL;
}

void *memscan(void *data, int byte, size_t length)
{
	void *found = memchr(data, byte, length);

	return found ? found : (char *)data + length;
}

void *memchr_inv(const void *data, int byte, size_t length)
{
	for (const u8 *at = data; length; length--, at++)
		if (*at != (u8)byte)
			return (void *)at;
	return NULL;
}

#define DEFINE_MEMSET(bits, type)						\
void *memset##bits(type *to, type value, size_t count)				\
{										\
	for (size_t i = 0; i < count; i++)					\
		((volatile type *)to)[i] = value;				\
	return to;								\
}

DEFINE_MEMSET(16, u16)
DEFINE_MEMSET(32, u32)
DEFINE_MEMSET(64, u64)
