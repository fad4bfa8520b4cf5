/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers out of text: the whole of it but for one newline at its end, or an error. */
#ifndef LINUX_KSTRTOX_H
#define LINUX_KSTRTOX_H

#include <linux/compiler.h>
#include <linux/types.h>

int __must_check kstrtoull(const char *text, unsigned int base, unsigned long long *result);
int __must_check kstrtoll(const char *text, unsigned int base, long long *result);
int __must_check kstrtoul(const char *text, unsigned int base, unsigned long *result);
int __must_check kstrtol(const char *text, unsigned int base, long *result);
int __must_check kstrtouint(const char *text, unsigned int base, unsigned int *result);
int __must_check kstrtoint(const char *text, unsigned int base, int *result);
int __must_check kstrtou16(const char *text, unsigned int base, u16 *result);
int __must_check kstrtos16(const char *text, unsigned int base, s16 *result);
int __must_check kstrtou8(const char *text, unsigned int base, u8 *result);
int __must_check kstrtos8(const char *text, unsigned int base, s8 *result);
int __must_check kstrtobool(const char *text, bool *result);
#define strtobool kstrtobool

int __must_check kstrtoull_from_user(const char __user *from, size_t count, unsigned int base,
				     unsigned long long *result);
int __must_check kstrtoll_from_user(const char __user *from, size_t count, unsigned int base, long long *result);
int __must_check kstrtoul_from_user(const char __user *from, size_t count, unsigned int base, unsigned long *result);
int __must_check kstrtol_from_user(const char __user *from, size_t count, unsigned int base, long *result);
int __must_check kstrtouint_from_user(const char __user *from, size_t count, unsigned int base, unsigned int *result);
int __must_check kstrtoint_from_user(const char __user *from, size_t count, unsigned int base, int *result);
int __must_check kstrtou16_from_user(const char __user *from, size_t count, unsigned int base, u16 *result);
int __must_check kstrtos16_from_user(const char __user *from, size_t count, unsigned int base, s16 *result);
int __must_check kstrtou8_from_user(const char __user *from, size_t count, unsigned int base, u8 *result);
int __must_check kstrtos8_from_user(const char __user *from, size_t count, unsigned int base, s8 *result);
int __must_check kstrtobool_from_user(const char __user *from, size_t count, bool *result);
#define kstrtou32_from_user kstrtouint_from_user
#define kstrtos32_from_user kstrtoint_from_user

static inline int __must_check kstrtou64(const char *text, unsigned int base, u64 *result)
{
	return kstrtoull(text, base, (unsigned long long *)result);
}

static inline int __must_check kstrtos64(const char *text, unsigned int base, s64 *result)
{
	return kstrtoll(text, base, (long long *)result);
}

static inline int __must_check kstrtou64_from_user(const char __user *from, size_t count, unsigned int base,
						   u64 *result)
{
	return kstrtoull_from_user(from, count, base, (unsigned long long *)result);
}

static inline int __must_check kstrtos64_from_user(const char __user *from, size_t count, unsigned int base,
						   s64 *result)
{
	return kstrtoll_from_user(from, count, base, (long long *)result);
}

static inline int __must_check kstrtou32(const char *text, unsigned int base, u32 *result)
{
	return kstrtouint(text, base, result);
}

static inline int __must_check kstrtos32(const char *text, unsigned int base, s32 *result)
{
	return kstrtoint(text, base, result);
}

/* The old ones: as far as the text is a number. */
unsigned long simple_strtoul(const char *text, char **end, unsigned int base);
long simple_strtol(const char *text, char **end, unsigned int base);
unsigned long long simple_strtoull(const char *text, char **end, unsigned int base);
long long simple_strtoll(const char *text, char **end, unsigned int base);
#define strict_strtoul kstrtoul
#define strict_strtol kstrtol

#endif
