// SPDX-License-Identifier: GPL-2.0-only
/* What is done with text less often: sizes for people, escapes, words, numbers with a unit. lib/string_helpers.c */
#include <linux/kernel.h>
#include <linux/parser.h>
#include <linux/slab.h>
#include <linux/string_helpers.h>

int string_get_size(u64 size, u64 block_bytes, enum string_size_units units, char *buf, int length)
{
	static const char *const names[2][7] = {
		{ "B", "kB", "MB", "GB", "TB", "PB", "EB" }, { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" } };
	unsigned int base = units == STRING_UNITS_2 ? 1024 : 1000, i = 0, digits;
	u64 bytes = size * block_bytes, rest = 0;
	char fraction[8] = "";

	while (bytes >= base && i < 6) {
		rest = bytes % base * 1000 / base;
		bytes /= base;
		i++;
	}
	digits = bytes >= 100 ? 0 : bytes >= 10 ? 1 : 2;
	if (i) {
		u64 unit = digits == 0 ? 1000 : digits == 1 ? 100 : 10;

		rest += unit / 2;
		if (rest >= 1000) {
			rest -= 1000;
			bytes++;
		}
		if (digits)
			snprintf(fraction, sizeof(fraction), ".%0*u", digits, (unsigned int)(rest / unit));
	}
	return snprintf(buf, length, "%u%s %s", (unsigned int)bytes, fraction, names[units == STRING_UNITS_2][i]);
}

/* The character behind a backslash, or -1; `*from` stands behind what was read. */
static int unescape_one(char **from, unsigned int flags)
{
	static const char spaces[] = "nrtvf", space_values[] = "\n\r\t\v\f", specials[] = "\"\\ae", special_values[] = "\"\\\a\033";
	char *at = *from, *found;
	int value = -1, digits = 0;

	if ((flags & UNESCAPE_SPACE) && *at && (found = strchr(spaces, *at))) {
		(*from)++;
		return space_values[found - spaces];
	}
	if ((flags & UNESCAPE_OCTAL) && *at >= '0' && *at < '8') {
		for (value = 0; digits < 3 && *at >= '0' && *at < '8' && value * 8 + *at - '0' < 256; digits++)
			value = value * 8 + *at++ - '0';
		*from = at;
		return value;
	}
	if ((flags & UNESCAPE_HEX) && *at == 'x' && hex_to_bin(at[1]) >= 0) {
		value = hex_to_bin(*++at);
		if (hex_to_bin(*++at) >= 0)
			value = value * 16 + hex_to_bin(*at++);
		*from = at;
		return value;
	}
	if ((flags & UNESCAPE_SPECIAL) && *at && (found = strchr(specials, *at))) {
		(*from)++;
		return special_values[found - specials];
	}
	return -1;
}

int string_unescape(char *from, char *to, size_t size, unsigned int flags)
{
	char *at = to;

	if (!size)
		size = ~(size_t)0;
	while (*from && --size) {
		if (from[0] == '\\' && from[1]) {
			char *behind = from + 1;
			int value = unescape_one(&behind, flags);

			if (value >= 0) {
				*at++ = value;
				from = behind;
				continue;
			}
		}
		*at++ = *from++;
	}
	*at = 0;
	return at - to;
}

int hex2bin(u8 *to, const char *from, size_t count)
{
	for (; count; count--, from += 2) {
		int high = hex_to_bin(from[0]), low = high < 0 ? -1 : hex_to_bin(from[1]);

		if (low < 0)
			return -EINVAL;
		*to++ = high << 4 | low;
	}
	return 0;
}

char *bin2hex(char *to, const void *from, size_t count)
{
	for (const u8 *at = from; count; count--, at++) {
		*to++ = hex_asc_hi(*at);
		*to++ = hex_asc_lo(*at);
	}
	return to;
}

char *strreplace(char *text, char old, char new)
{
	for (char *at = text; *at; at++)
		if (*at == old)
			*at = new;
	return text;
}

unsigned long long memparse(const char *text, char **end)
{
	char *at;
	unsigned long long number = simple_strtoull(text, &at, 0);
	static const char units[] = "KMGTPE";
	char *unit = *at ? strchr(units, toupper(*at)) : NULL;

	if (unit) {
		number <<= 10 * (unit - units + 1);
		at++;
	}
	if (end)
		*end = at;
	return number;
}

/* 0: no number; 1: one; 2: one, and a comma behind it; 3: one, and "-" behind it. */
int get_option(char **text, int *value)
{
	char *at = *text;

	if (!at || !*at)
		return 0;
	*value = simple_strtol(at, text, 0);
	if (at == *text)
		return 0;
	if (**text == ',') {
		(*text)++;
		return 2;
	}
	return **text == '-' ? 3 : 1;
}

char *get_options(const char *text, int most, int *values)
{
	int count = 1, more = 1;

	while (count < most && more) {
		more = get_option((char **)&text, &values[count]);
		count += more > 0;
		if (more == 1 || more == 3)
			break;
	}
	values[0] = count - 1;
	return (char *)text;
}

int argv_count(const char *text)
{
	int count = 0;

	while (*(text = skip_spaces(text))) {
		count++;
		while (*text && !isspace(*text))
			text++;
	}
	return count;
}

/* A case of the table's patterns: %d %u %o %x %s %%, else the text itself. */
static int match_one(char *text, const char *pattern, substring_t args[])
{
	for (int n = 0; ; pattern++, text++) {
		char *end = text;

		while (*pattern && *pattern != '%' && *pattern == *text)
			pattern++, text++;
		if (*pattern != '%')
			return !*pattern && !*text;
		pattern++;
		if (*pattern == '%') {
			if (*text != '%')
				return 0;
			continue;
		}
		if (n >= MAX_OPT_ARGS)
			return 0;
		if (*pattern == 's')
			end = text + strcspn(text, pattern[1] ? (char []) { pattern[1], 0 } : "");
		else if (*pattern == 'd')
			(void)simple_strtol(text, &end, 0);
		else
			(void)simple_strtoul(text, &end, *pattern == 'o' ? 8 : *pattern == 'x' ? 16 : 0);
		if (end == text)
			return 0;
		args[n++] = (substring_t) { text, end };
		text = end - 1;
	}
}

int match_token(char *text, const match_table_t table, substring_t args[])
{
	const struct match_token *at = table;

	while (at->pattern && !match_one(text, at->pattern, args))
		at++;
	return at->token;
}

int match_int(substring_t *sub, int *result)
{
	char copy[16];
	size_t length = sub->to - sub->from;

	if (length >= sizeof(copy))
		return -ERANGE;
	memcpy(copy, sub->from, length);
	copy[length] = 0;
	return kstrtoint(copy, 0, result);
}

size_t match_strlcpy(char *to, const substring_t *sub, size_t size)
{
	size_t length = sub->to - sub->from, kept = size ? min(length, size - 1) : 0;

	memcpy(to, sub->from, kept);
	if (size)
		to[kept] = 0;
	return length;
}
