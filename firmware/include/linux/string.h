/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory and strings. */
#ifndef LINUX_STRING_H
#define LINUX_STRING_H

#include <linux/types.h>

void *memset(void *to, int byte, size_t length);
void *memcpy(void *to, const void *from, size_t length);
void *memmove(void *to, const void *from, size_t length);
int memcmp(const void *a, const void *b, size_t length);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t length);
size_t strlcpy(char *to, const char *from, size_t size);
char *strstr(const char *text, const char *part);

#endif
