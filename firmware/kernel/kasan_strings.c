// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions of the kernel's that touch memory for their caller, looking at its shadow first. A module that is compiled
 * for that is linked to kasan_NAME where it says NAME. mm/kasan/shadow.c: memset, memmove, memcpy; where Linux's own
 * functions look at every byte themselves, here all that they will touch is looked at before.
 */
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "kasan.h"

#define CALLER ((u64)__builtin_return_address(0))
#define FRAME ((u64)__builtin_frame_address(0))
#define READS(start, size) kasan_check((start), (size), 0, CALLER, FRAME)
#define WRITES(start, size) kasan_check((start), (size), 1, CALLER, FRAME)

/* How many bytes of a text are read by who needs no more than `most` of them, the end included. */
static size_t text_bytes(const char *text, size_t most)
{
	size_t length = strnlen(text, most);

	return length < most ? length + 1 : most;
}

#define READS_TEXT(text, most) READS((text), text_bytes((text), (most)))

noinline void *kasan_memset(void *to, int byte, size_t length)
{
	WRITES(to, length);
	return memset(to, byte, length);
}

noinline void *kasan_memcpy(void *to, const void *from, size_t length)
{
	READS(from, length);
	WRITES(to, length);
	return memcpy(to, from, length);
}

noinline void *kasan_memmove(void *to, const void *from, size_t length)
{
	READS(from, length);
	WRITES(to, length);
	return memmove(to, from, length);
}

noinline int kasan_memcmp(const void *a, const void *b, size_t length)
{
	READS(a, length);
	READS(b, length);
	return memcmp(a, b, length);
}

noinline void *kasan_memchr(const void *data, int byte, size_t length)
{
	const char *found = memchr(data, byte, length);

	READS(data, found ? found + 1 - (const char *)data : length);
	return (void *)found;
}

noinline void *kasan_memchr_inv(const void *data, int byte, size_t length)
{
	READS(data, length);
	return memchr_inv(data, byte, length);
}

#define MEMSET(bits)								\
	noinline void *kasan_memset##bits(u##bits *to, u##bits value, size_t count) \
	{									\
		WRITES(to, count * sizeof(*to));				\
		return memset##bits(to, value, count);				\
	}

MEMSET(16)
MEMSET(32)
MEMSET(64)

noinline size_t kasan_strlen(const char *text)
{
	size_t length = strlen(text);

	READS(text, length + 1);
	return length;
}

noinline size_t kasan_strnlen(const char *text, size_t most)
{
	READS_TEXT(text, most);
	return strnlen(text, most);
}

noinline int kasan_strcmp(const char *a, const char *b)
{
	READS_TEXT(a, ~0UL);
	READS_TEXT(b, ~0UL);
	return strcmp(a, b);
}

noinline int kasan_strncmp(const char *a, const char *b, size_t length)
{
	size_t read = text_bytes(a, text_bytes(b, length));

	READS(a, read);
	READS(b, read);
	return strncmp(a, b, length);
}

noinline char *kasan_strcpy(char *to, const char *from)
{
	size_t bytes = text_bytes(from, ~0UL);

	READS(from, bytes);
	WRITES(to, bytes);
	return strcpy(to, from);
}

noinline char *kasan_strncpy(char *to, const char *from, size_t length)
{
	READS_TEXT(from, length);
	WRITES(to, length);
	return strncpy(to, from, length);
}

noinline size_t kasan_strlcpy(char *to, const char *from, size_t size)
{
	size_t bytes = text_bytes(from, ~0UL);

	READS(from, bytes);
	WRITES(to, bytes < size ? bytes : size);
	return strlcpy(to, from, size);
}

noinline ssize_t kasan_strscpy(char *to, const char *from, size_t size)
{
	READS_TEXT(from, size);
	WRITES(to, text_bytes(from, size));
	return strscpy(to, from, size);
}

noinline ssize_t kasan_strscpy_pad(char *to, const char *from, size_t size)
{
	READS_TEXT(from, size);
	WRITES(to, size);
	return strscpy_pad(to, from, size);
}

noinline char *kasan_strcat(char *to, const char *from)
{
	size_t bytes = text_bytes(from, ~0UL);

	READS_TEXT(to, ~0UL);
	READS(from, bytes);
	WRITES(to + strlen(to), bytes);
	return strcat(to, from);
}

noinline char *kasan_strncat(char *to, const char *from, size_t length)
{
	READS_TEXT(to, ~0UL);
	READS_TEXT(from, length);
	WRITES(to + strlen(to), strnlen(from, length) + 1);
	return strncat(to, from, length);
}

noinline size_t kasan_strlcat(char *to, const char *from, size_t size)
{
	size_t have = strnlen(to, size), bytes = text_bytes(from, ~0UL);

	READS_TEXT(to, size);
	READS(from, bytes);
	WRITES(to + have, bytes < size - have ? bytes : size - have);
	return strlcat(to, from, size);
}

noinline char *kasan_strchr(const char *text, int c)
{
	READS_TEXT(text, ~0UL);
	return strchr(text, c);
}

noinline char *kasan_strrchr(const char *text, int c)
{
	READS_TEXT(text, ~0UL);
	return strrchr(text, c);
}

noinline char *kasan_strstr(const char *text, const char *part)
{
	READS_TEXT(text, ~0UL);
	READS_TEXT(part, ~0UL);
	return strstr(text, part);
}

noinline unsigned long kasan_copy_to_user(void __user *to, const void *from, unsigned long length)
{
	READS(from, length);
	return copy_to_user(to, from, length);
}

noinline unsigned long kasan_copy_from_user(void *to, const void __user *from, unsigned long length)
{
	WRITES(to, length);
	return copy_from_user(to, from, length);
}

noinline long kasan_strncpy_from_user(char *to, const char __user *from, long size)
{
	long length = strncpy_from_user(to, from, size);

	if (length >= 0)
		WRITES(to, length < size ? length + 1 : size);
	return length;
}

/* How many of `available` bytes a call with `count` at `at` moves. */
static size_t moved(size_t count, loff_t at, size_t available)
{
	size_t left = at >= 0 && at < available ? available - at : 0;

	return count < left ? count : left;
}

noinline ssize_t kasan_simple_read_from_buffer(void __user *to, size_t count, loff_t *at, const void *from,
					       size_t available)
{
	READS((const char *)from + *at, moved(count, *at, available));
	return simple_read_from_buffer(to, count, at, from, available);
}

noinline ssize_t kasan_simple_write_to_buffer(void *to, size_t available, loff_t *at, const void __user *from,
					      size_t count)
{
	WRITES((char *)to + *at, moved(count, *at, available));
	return simple_write_to_buffer(to, available, at, from, count);
}

noinline void kasan_memcpy_fromio(void *to, const volatile void __iomem *from, size_t length)
{
	WRITES(to, length);
	memcpy_fromio(to, from, length);
}

noinline void kasan_memcpy_toio(volatile void __iomem *to, const void *from, size_t length)
{
	READS(from, length);
	memcpy_toio(to, from, length);
}

/* What is printed is measured first: a text that does not fit is told before it does its damage. */
static noinline void writes_text(char *buf, size_t size, const char *format, va_list args, u64 caller, u64 frame)
{
	va_list copy;
	size_t bytes;

	va_copy(copy, args);
	bytes = vsnprintf(NULL, 0, format, copy) + 1;
	va_end(copy);
	kasan_check(buf, bytes < size ? bytes : size, 1, caller, frame);
}

noinline int kasan_vsnprintf(char *buf, size_t size, const char *format, va_list args)
{
	writes_text(buf, size, format, args, CALLER, FRAME);
	return vsnprintf(buf, size, format, args);
}

noinline int kasan_vsprintf(char *buf, const char *format, va_list args)
{
	writes_text(buf, ~0UL, format, args, CALLER, FRAME);
	return vsprintf(buf, format, args);
}

noinline int kasan_snprintf(char *buf, size_t size, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	writes_text(buf, size, format, args, CALLER, FRAME);
	length = vsnprintf(buf, size, format, args);
	va_end(args);
	return length;
}

noinline int kasan_scnprintf(char *buf, size_t size, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	writes_text(buf, size, format, args, CALLER, FRAME);
	length = vscnprintf(buf, size, format, args);
	va_end(args);
	return length;
}

noinline int kasan_sprintf(char *buf, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	writes_text(buf, ~0UL, format, args, CALLER, FRAME);
	length = vsprintf(buf, format, args);
	va_end(args);
	return length;
}
