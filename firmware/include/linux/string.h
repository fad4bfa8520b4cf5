/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory and strings. */
#ifndef LINUX_STRING_H
#define LINUX_STRING_H

#include <kernel/api.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/types.h>

void *memset(void *to, int byte, size_t length);
void *memcpy(void *to, const void *from, size_t length);
void *memmove(void *to, const void *from, size_t length);
int memcmp(const void *a, const void *b, size_t length);
void *memchr(const void *data, int byte, size_t length);
void *memscan(void *data, int byte, size_t length);
void *memchr_inv(const void *data, int byte, size_t length);
void *memset16(u16 *to, u16 value, size_t count);
void *memset32(u32 *to, u32 value, size_t count);
void *memset64(u64 *to, u64 value, size_t count);

size_t strlen(const char *text);
size_t strnlen(const char *text, size_t most);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t length);
int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t length);
#define strnicmp strncasecmp
char *strcpy(char *to, const char *from);
char *strncpy(char *to, const char *from, size_t length);
size_t strlcpy(char *to, const char *from, size_t size);
ssize_t strscpy(char *to, const char *from, size_t size);
ssize_t strscpy_pad(char *to, const char *from, size_t size);
char *strcat(char *to, const char *from);
char *strncat(char *to, const char *from, size_t length);
size_t strlcat(char *to, const char *from, size_t size);
char *strchr(const char *text, int c);
char *strrchr(const char *text, int c);
char *strnchr(const char *text, size_t length, int c);
char *strchrnul(const char *text, int c);
char *strstr(const char *text, const char *part);
char *strnstr(const char *text, const char *part, size_t length);
size_t strspn(const char *text, const char *accepted);
size_t strcspn(const char *text, const char *rejected);
char *strpbrk(const char *text, const char *any);
char *strsep(char **text, const char *separators);
char *strim(char *text);
char *skip_spaces(const char *text);
#define strstrip strim
bool sysfs_streq(const char *a, const char *b);
int match_string(const char *const *array, size_t count, const char *text);
int __sysfs_match_string(const char *const *array, size_t count, const char *text);
#define sysfs_match_string(array, text) __sysfs_match_string(array, sizeof(array) / sizeof((array)[0]), text)

static inline void memzero_explicit(void *data, size_t length)
{
	memset(data, 0, length);
	barrier_data(data);
}

static inline bool strstarts(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

static inline const char *kbasename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static inline void memcpy_and_pad(void *to, size_t size, const void *from, size_t count, int byte)
{
	memcpy(to, from, count < size ? count : size);
	if (count < size)
		memset((char *)to + count, byte, size - count);
}

char *strreplace(char *text, char old, char new);
int argv_count(const char *text);
#define unsafe_memcpy(to, from, length, why) memcpy((to), (from), (length))

#define str_has_prefix(text, prefix) (strstarts(text, prefix) ? strlen(prefix) : 0)

/* Since 6.8 the size may be left out where `to` is an array. */
#if !API_BEFORE(6, 8)
#define __strscpy_size(to, from, size, ...) strscpy((to), (from), (size))
#define strscpy(to, from, ...) __strscpy_size(to, from, ##__VA_ARGS__, sizeof(to))
#define __strscpy_pad_size(to, from, size, ...) strscpy_pad((to), (from), (size))
#define strscpy_pad(to, from, ...) __strscpy_pad_size(to, from, ##__VA_ARGS__, sizeof(to))
#endif

/* Copies that are allocated are made inline, so that whoever asks for them is the caller of kmalloc(). */
#include <linux/kasprintf.h>

/* What simple_read_from_buffer() does, for memory of the kernel's. */
static inline ssize_t memory_read_from_buffer(void *to, size_t count, loff_t *at, const void *from, size_t available)
{
	loff_t start = *at;

	if (start < 0)
		return -EINVAL;
	if (start >= (loff_t)available)
		return 0;
	if (count > available - start)
		count = available - start;
	memcpy(to, (const char *)from + start, count);
	*at = start + count;
	return count;
}

#endif
