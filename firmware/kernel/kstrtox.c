// SPDX-License-Identifier: GPL-2.0-only
/* Numbers out of text. lib/kstrtox.c */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define TEXT_LENGTH 66

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
		return (c | 0x20) - 'a' + 10;
	return 64;
}

/* Skip a prefix that says the base, and find that base where it is not given. */
static const char *find_base(const char *text, unsigned int *base)
{
	int is_hex = text[0] == '0' && (text[1] | 0x20) == 'x' && digit_of(text[2]) < 16;

	if (!*base)
		*base = is_hex ? 16 : text[0] == '0' ? 8 : 10;
	return *base == 16 && is_hex ? text + 2 : text;
}

int kstrtoull(const char *text, unsigned int base, unsigned long long *result)
{
	unsigned long long value = 0;
	int digits = 0;

	if (*text == '+')
		text++;
	for (text = find_base(text, &base); digit_of(*text) < (int)base; text++, digits++)
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit_of(*text), &value))
			return -ERANGE;
	if (*text == '\n')
		text++;
	if (!digits || *text)
		return -EINVAL;
	*result = value;
	return 0;
}

int kstrtoll(const char *text, unsigned int base, long long *result)
{
	int negative = *text == '-';
	unsigned long long value;
	int error;

	if (negative && text[1] == '+')
		return -EINVAL;
	error = kstrtoull(text + negative, base, &value);
	if (error)
		return error;
	if (value > (unsigned long long)LLONG_MAX + negative)
		return -ERANGE;
	*result = negative ? -(long long)value : (long long)value;
	return 0;
}

#define DEFINE_KSTRTO(suffix, type, wide, wide_suffix)					\
int kstrto##suffix(const char *text, unsigned int base, type *result)			\
{											\
	wide value;									\
	int error = kstrto##wide_suffix(text, base, &value);				\
											\
	if (error)									\
		return error;								\
	if (value != (wide)(type)value)						\
		return -ERANGE;								\
	*result = value;								\
	return 0;									\
}

DEFINE_KSTRTO(ul, unsigned long, unsigned long long, ull)
DEFINE_KSTRTO(l, long, long long, ll)
DEFINE_KSTRTO(uint, unsigned int, unsigned long long, ull)
DEFINE_KSTRTO(int, int, long long, ll)
DEFINE_KSTRTO(u16, u16, unsigned long long, ull)
DEFINE_KSTRTO(s16, s16, long long, ll)
DEFINE_KSTRTO(u8, u8, unsigned long long, ull)
DEFINE_KSTRTO(s8, s8, long long, ll)

int kstrtobool(const char *text, bool *result)
{
	if (!text)
		return -EINVAL;
	switch (text[0]) {
	case 'y': case 'Y': case 't': case 'T': case '1':
		*result = true;
		return 0;
	case 'n': case 'N': case 'f': case 'F': case '0':
		*result = false;
		return 0;
	case 'o': case 'O':
		*result = (text[1] | 0x20) == 'n';
		return (text[1] | 0x20) == 'n' || (text[1] | 0x20) == 'f' ? 0 : -EINVAL;
	default:
		return -EINVAL;
	}
}

#define DEFINE_KSTRTO_USER(suffix, type)						\
int kstrto##suffix##_from_user(const char __user *from, size_t count, unsigned int base, type *result) \
{											\
	char text[TEXT_LENGTH];								\
											\
	count = min_t(size_t, count, sizeof(text) - 1);					\
	if (copy_from_user(text, from, count))						\
		return -EFAULT;								\
	text[count] = 0;								\
	return kstrto##suffix(text, base, result);					\
}

DEFINE_KSTRTO_USER(ull, unsigned long long)
DEFINE_KSTRTO_USER(ll, long long)
DEFINE_KSTRTO_USER(ul, unsigned long)
DEFINE_KSTRTO_USER(l, long)
DEFINE_KSTRTO_USER(uint, unsigned int)
DEFINE_KSTRTO_USER(int, int)
DEFINE_KSTRTO_USER(u16, u16)
DEFINE_KSTRTO_USER(s16, s16)
DEFINE_KSTRTO_USER(u8, u8)
DEFINE_KSTRTO_USER(s8, s8)

int kstrtobool_from_user(const char __user *from, size_t count, bool *result)
{
	char text[4];

	count = min_t(size_t, count, sizeof(text) - 1);
	if (copy_from_user(text, from, count))
		return -EFAULT;
	text[count] = 0;
	return kstrtobool(text, result);
}

unsigned long long simple_strtoull(const char *text, char **end, unsigned int base)
{
	unsigned long long value = 0;

	for (text = find_base(text, &base); digit_of(*text) < (int)base; text++)
		value = value * base + digit_of(*text);
	if (end)
		*end = (char *)text;
	return value;
}

unsigned long simple_strtoul(const char *text, char **end, unsigned int base)
{
	return simple_strtoull(text, end, base);
}

long long simple_strtoll(const char *text, char **end, unsigned int base)
{
	return *text == '-' ? -(long long)simple_strtoull(text + 1, end, base) :
		(long long)simple_strtoull(text, end, base);
}

long simple_strtol(const char *text, char **end, unsigned int base)
{
	return simple_strtoll(text, end, base);
}
