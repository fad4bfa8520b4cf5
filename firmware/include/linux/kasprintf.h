/* SPDX-License-Identifier: GPL-2.0-only */
/* Copies of strings and of memory, made where they are asked for: the allocation is the driver's own. */
#ifndef LINUX_KASPRINTF_H
#define LINUX_KASPRINTF_H

#include <linux/compiler.h>
#include <linux/stdarg.h>
#include <linux/types.h>

void *kmalloc(size_t size, gfp_t gfp_mask);
void *memcpy(void *to, const void *from, size_t length);
size_t strlen(const char *text);
size_t strnlen(const char *text, size_t most);
int vsnprintf(char *buf, size_t size, const char *format, va_list args) __printf(3, 0);
int snprintf(char *buf, size_t size, const char *format, ...) __printf(3, 4);

static inline void *kmemdup(const void *data, size_t length, gfp_t gfp_mask)
{
	void *copy = kmalloc(length, gfp_mask);

	return copy ? memcpy(copy, data, length) : NULL;
}

static inline char *kmemdup_nul(const char *text, size_t length, gfp_t gfp_mask)
{
	char *copy = kmalloc(length + 1, gfp_mask);

	if (copy) {
		memcpy(copy, text, length);
		copy[length] = 0;
	}
	return copy;
}

static inline char *kstrdup(const char *text, gfp_t gfp_mask)
{
	return text ? kmemdup_nul(text, strlen(text), gfp_mask) : NULL;
}

static inline char *kstrndup(const char *text, size_t most, gfp_t gfp_mask)
{
	return text ? kmemdup_nul(text, strnlen(text, most), gfp_mask) : NULL;
}

#define kstrdup_const kstrdup
#define kfree_const kfree

static inline __printf(2, 0) char *kvasprintf(gfp_t gfp_mask, const char *format, va_list args)
{
	va_list again;
	int length;
	char *text;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	text = kmalloc(length + 1, gfp_mask);
	if (text)
		vsnprintf(text, length + 1, format, args);
	return text;
}

#define kasprintf(gfp_mask, format, ...) ({						\
	int _length = snprintf(NULL, 0, format, ##__VA_ARGS__);				\
	char *_text = kmalloc(_length + 1, gfp_mask);					\
	if (_text)									\
		snprintf(_text, _length + 1, format, ##__VA_ARGS__);			\
	_text;										\
})

#endif
