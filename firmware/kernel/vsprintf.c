// SPDX-License-Identifier: GPL-2.0-only
/* Formatting, as lib/vsprintf.c of 2.6.24 has it: %p prints 16 digits and no 0x. */
#include <linux/kernel.h>
#include <linux/string.h>

enum format_flags { LEFT = 1, PLUS = 2, SPACE = 4, SPECIAL = 8, ZEROPAD = 16, CAPITALS = 32, SIGNED = 64 };

struct spec {
	int flags;
	int width;			/* -1: none */
	int precision;			/* -1: none */
	unsigned int base;
};

/* What fits is written, what does not is counted. */
struct output {
	char *at;
	char *end;
};

static void put(struct output *out, char c)
{
	if (out->at < out->end)
		*out->at = c;
	out->at++;
}

static void pad(struct output *out, int count, char c)
{
	for (; count > 0; count--)
		put(out, c);
}

static int digits_of(u64 number, char *digits, unsigned int base, int capitals)
{
	const char *set = capitals ? "0123456789ABCDEF" : "0123456789abcdef";
	int length = 0;

	do {
		digits[length++] = set[number % base];
		number /= base;
	} while (number);
	return length;
}

static void put_number(struct output *out, u64 number, struct spec spec)
{
	char digits[24], sign = 0;
	int length, zeros, prefix;

	if (spec.flags & SIGNED) {
		if ((s64)number < 0) {
			sign = '-';
			number = -number;
		} else if (spec.flags & (PLUS | SPACE)) {
			sign = spec.flags & PLUS ? '+' : ' ';
		}
	}
	length = digits_of(number, digits, spec.base, spec.flags & CAPITALS);
	prefix = (spec.flags & SPECIAL) && spec.base == 16 ? 2 : 0;
	zeros = max(spec.precision - length, 0);
	/* Unlike C's: a precision does not turn the flag 0 off. */
	if ((spec.flags & (ZEROPAD | LEFT)) == ZEROPAD)
		zeros = max(spec.width - length - prefix - !!sign, zeros);
	spec.width -= length + zeros + prefix + !!sign;
	if (!(spec.flags & LEFT))
		pad(out, spec.width, ' ');
	if (sign)
		put(out, sign);
	if (prefix) {
		put(out, '0');
		put(out, spec.flags & CAPITALS ? 'X' : 'x');
	}
	pad(out, zeros, '0');
	while (length)
		put(out, digits[--length]);
	if (spec.flags & LEFT)
		pad(out, spec.width, ' ');
}

static void put_string(struct output *out, const char *text, struct spec spec)
{
	int length = 0;

	if ((unsigned long)text < 4096)
		text = "<NULL>";
	while ((spec.precision < 0 || length < spec.precision) && text[length])
		length++;
	if (!(spec.flags & LEFT))
		pad(out, spec.width - length, ' ');
	for (int i = 0; i < length; i++)
		put(out, text[i]);
	if (spec.flags & LEFT)
		pad(out, spec.width - length, ' ');
}

static int read_int(const char **format)
{
	int number = 0;

	while (**format >= '0' && **format <= '9')
		number = number * 10 + *(*format)++ - '0';
	return number;
}

static int flag_of(char c)
{
	switch (c) {
	case '-':
		return LEFT;
	case '+':
		return PLUS;
	case ' ':
		return SPACE;
	case '#':
		return SPECIAL;
	case '0':
		return ZEROPAD;
	default:
		return 0;
	}
}

/* A va_list may be an array type, of which a function can change the caller's only inside a struct. */
struct arguments {
	va_list list;
};

static struct spec read_spec(const char **format, struct arguments *args)
{
	struct spec spec = { .width = -1, .precision = -1, .base = 10 };

	for (int flag; (flag = flag_of(**format)); (*format)++)
		spec.flags |= flag;
	if (**format == '*') {
		(*format)++;
		spec.width = va_arg(args->list, int);
		if (spec.width < 0) {
			spec.flags |= LEFT;
			spec.width = -spec.width;
		}
	} else if (**format >= '0' && **format <= '9') {
		spec.width = read_int(format);
	}
	if (**format == '.') {
		(*format)++;
		if (**format == '*') {
			(*format)++;
			spec.precision = va_arg(args->list, int);
		} else {
			spec.precision = read_int(format);
		}
	}
	return spec;
}

/* Size in bytes of the integer that follows, from its length letters. */
static int read_length(const char **format)
{
	int size = 4;

	for (;; (*format)++) {
		switch (**format) {
		case 'l':
		case 'L':
		case 'z':
		case 'Z':
		case 't':
			size = 8;
			break;
		case 'h':
			size = size == 2 ? 1 : 2;
			break;
		default:
			return size;
		}
	}
}

static u64 read_integer(struct arguments *args, int size, int is_signed)
{
	u64 number = size == 8 ? va_arg(args->list, u64) : va_arg(args->list, u32);
	int shift = 64 - 8 * size;

	return is_signed ? (u64)((s64)(number << shift) >> shift) : number << shift >> shift;
}

static void put_integer(struct output *out, struct arguments *args, int size, char type, struct spec spec)
{
	if (type == 'd' || type == 'i')
		spec.flags |= SIGNED;
	if (type == 'X')
		spec.flags |= CAPITALS;
	if (type == 'x' || type == 'X')
		spec.base = 16;
	if (type == 'o')
		spec.base = 8;
	put_number(out, read_integer(args, size, spec.flags & SIGNED), spec);
}

static void put_char(struct output *out, char c, struct spec spec)
{
	if (!(spec.flags & LEFT))
		pad(out, spec.width - 1, ' ');
	put(out, c);
	if (spec.flags & LEFT)
		pad(out, spec.width - 1, ' ');
}

static void put_pointer(struct output *out, u64 pointer, struct spec spec)
{
	if (spec.width < 0) {
		spec.width = 2 * sizeof(pointer);
		spec.flags |= ZEROPAD;
	}
	spec.base = 16;
	put_number(out, pointer, spec);
}

static void put_conversion(struct output *out, const char **format, struct arguments *args)
{
	struct spec spec = read_spec(format, args);
	int size = read_length(format);

	switch (**format) {
	case 'c':
		put_char(out, va_arg(args->list, int), spec);
		break;
	case 's':
		put_string(out, va_arg(args->list, char *), spec);
		break;
	case 'p':
		put_pointer(out, (u64)va_arg(args->list, void *), spec);
		break;
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		put_integer(out, args, size, **format, spec);
		break;
	case 0:
		return;
	default:
		put(out, '%');
		if (**format != '%')
			put(out, **format);
	}
	(*format)++;
}

int vsnprintf(char *buf, size_t size, const char *format, va_list args)
{
	struct output out = { buf, buf + size };
	struct arguments copy;

	__builtin_va_copy(copy.list, args);
	while (*format) {
		char c = *format++;

		if (c == '%')
			put_conversion(&out, &format, &copy);
		else
			put(&out, c);
	}
	va_end(copy.list);
	if (size)
		*(out.at < out.end ? out.at : out.end - 1) = 0;
	return out.at - buf;
}

int snprintf(char *buf, size_t size, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(buf, size, format, args);
	va_end(args);
	return length;
}

int sprintf(char *buf, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(buf, 1 << 20, format, args);
	va_end(args);
	return length;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
		return (c | 0x20) - 'a' + 10;
	return 99;
}

unsigned long simple_strtoul(const char *text, char **end, unsigned int base)
{
	unsigned long number = 0;

	if (text[0] == '0' && (text[1] | 0x20) == 'x' && (base == 0 || base == 16)) {
		text += 2;
		base = 16;
	} else if (!base) {
		base = text[0] == '0' ? 8 : 10;
	}
	for (; (unsigned int)digit_of(*text) < base; text++)
		number = number * base + digit_of(*text);
	if (end)
		*end = (char *)text;
	return number;
}
