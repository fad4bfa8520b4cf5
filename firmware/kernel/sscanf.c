// SPDX-License-Identifier: GPL-2.0-only
/* Reading what was formatted. lib/vsprintf.c: vsscanf */
#include <linux/kernel.h>
#include <linux/string.h>

struct scan {
	const char *text;
	const char *format;
	int width;			/* 0: none */
	int size;			/* bytes of the number */
	bool skip;
};

static void read_spec(struct scan *scan)
{
	scan->width = 0;
	scan->size = 4;
	scan->skip = *scan->format == '*';
	scan->format += scan->skip;
	while (*scan->format >= '0' && *scan->format <= '9')
		scan->width = scan->width * 10 + *scan->format++ - '0';
	for (;; scan->format++) {
		if (*scan->format == 'h')
			scan->size = scan->size == 2 ? 1 : 2;
		else if (*scan->format == 'l' || *scan->format == 'L' || *scan->format == 'z')
			scan->size = 8;
		else
			return;
	}
}

static void store(void *to, int size, unsigned long long value)
{
	if (size == 1)
		*(u8 *)to = value;
	else if (size == 2)
		*(u16 *)to = value;
	else if (size == 4)
		*(u32 *)to = value;
	else
		*(u64 *)to = value;
}

static int scan_number(struct scan *scan, void *to, unsigned int base, bool is_signed)
{
	char copy[68], *end;
	unsigned long long value;
	bool negative;

	scan->text = skip_spaces(scan->text);
	strscpy(copy, scan->text, scan->width && scan->width < 67 ? scan->width + 1 : sizeof(copy));
	negative = is_signed && copy[0] == '-';
	if (hex_to_bin(copy[negative]) < 0)
		return 0;
	value = simple_strtoull(copy + negative, &end, base);
	if (end == copy + negative)
		return 0;
	/* "%2x" of "0xA7" takes the prefix, and is 0. */
	if (scan->width == negative + 2 && (copy[negative + 1] | 0x20) == 'x' && !(base & 15))
		end = copy + negative + 2;
	scan->text += end - copy;
	if (!scan->skip)
		store(to, scan->size, negative ? -value : value);
	return 1;
}

static int scan_word(struct scan *scan, char *to)
{
	int count = 0;

	scan->text = skip_spaces(scan->text);
	while (*scan->text && skip_spaces(scan->text) == scan->text && (!scan->width || count < scan->width)) {
		if (!scan->skip)
			to[count] = *scan->text;
		scan->text++;
		count++;
	}
	if (count && !scan->skip)
		to[count] = 0;
	return count > 0;
}

static int scan_chars(struct scan *scan, char *to)
{
	int count = scan->width ? scan->width : 1;

	for (; count && *scan->text; count--, scan->text++)
		if (!scan->skip)
			*to++ = *scan->text;
	return !count;
}

static int convert(struct scan *scan, char kind, void *to)
{
	switch (kind) {
	case 'd':
		return scan_number(scan, to, 10, true);
	case 'i':
		return scan_number(scan, to, 0, true);
	case 'u':
		return scan_number(scan, to, 10, false);
	case 'x':
	case 'X':
		return scan_number(scan, to, 16, false);
	case 'o':
		return scan_number(scan, to, 8, false);
	case 's':
		return scan_word(scan, to);
	case 'c':
		return scan_chars(scan, to);
	default:
		return 0;
	}
}

int vsscanf(const char *text, const char *format, va_list args)
{
	struct scan scan = { .text = text, .format = format };
	int stored = 0;

	while (*scan.format) {
		char c = *scan.format++;

		if (skip_spaces(scan.format - 1) != scan.format - 1) {
			scan.text = skip_spaces(scan.text);
		} else if (c != '%' || *scan.format == '%') {
			scan.format += c == '%';
			if (*scan.text++ != c)
				break;
		} else {
			const char *start = text;
			char kind;

			read_spec(&scan);
			kind = *scan.format++;
			if (kind == 'n') {
				*va_arg(args, int *) = scan.text - start;
				continue;
			}
			if (!convert(&scan, kind, scan.skip ? NULL : va_arg(args, void *)))
				break;
			stored += !scan.skip;
		}
	}
	return stored;
}

int sscanf(const char *text, const char *format, ...)
{
	va_list args;
	int stored;

	va_start(args, format);
	stored = vsscanf(text, format, args);
	va_end(args);
	return stored;
}
