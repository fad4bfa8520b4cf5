// SPDX-License-Identifier: GPL-2.0-only
/* Formatting, as lib/vsprintf.c of 2.6.24 has it: %p prints 16 digits and no 0x. */
#include <linux/fs.h>
#include <linux/ioport.h>
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

static void put_text(struct output *out, const char *format, ...) __printf(2, 3);
static void put_text(struct output *out, const char *format, ...)
{
	size_t room = out->at < out->end ? out->end - out->at : 0;
	va_list args;

	va_start(args, format);
	out->at += vsnprintf(room ? out->at : NULL, room, format, args);
	va_end(args);
}

static void put_resource(struct output *out, const struct resource *resource)
{
	const char *kind = resource->flags & IORESOURCE_IO ? "io " : resource->flags & IORESOURCE_MEM ? "mem" : "???";
	int digits = resource->flags & IORESOURCE_IO ? 6 : 10;

	put_text(out, "[%s %#0*lx-%#0*lx]", kind, digits, resource->start, digits, resource->end);
}

static void put_bytes(struct output *out, const u8 *bytes, int count, char between)
{
	for (int i = 0; i < count; i++) {
		if (i && between)
			put(out, between);
		put_text(out, "%02x", bytes[i]);
	}
}

/* "1,3-5", or words of 32 bits in hex, the highest first. */
static void put_bitmap(struct output *out, const unsigned long *map, int bits, int list)
{
	const char *between = "";

	for (int bit = (bits + 31) / 32 * 32 - 32; !list && bit >= 0; bit -= 32) {
		int most = min(bits - bit, 32);
		u32 word = map[bit / 64] >> bit % 64 & (most == 32 ? ~0U : (1U << most) - 1);

		put_text(out, "%s%0*x", between, (most + 3) / 4, word);
		between = ",";
	}
	for (int first = 0, end; list && (first = find_next_bit(map, bits, first)) < bits; first = end) {
		end = find_next_zero_bit(map, bits, first);
		put_text(out, end - first > 1 ? "%s%d-%d" : "%s%d", between, first, end - 1);
		between = ",";
	}
}

/* The kind: b for bytes in order, l for the first three parts from their low byte; capitals make capitals. */
static void put_uuid(struct output *out, const u8 *bytes, char kind)
{
	static const u8 in_order[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
	static const u8 low_first[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	const u8 *order = kind == 'l' || kind == 'L' ? low_first : in_order;

	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			put(out, '-');
		put_text(out, kind == 'B' || kind == 'L' ? "%02X" : "%02x", bytes[order[i]]);
	}
}

static void put_error(struct output *out, long error)
{
	static const struct { int number; const char *name; } names[] = {
		{ EPERM, "EPERM" }, { ENOENT, "ENOENT" }, { EINTR, "EINTR" }, { EIO, "EIO" }, { ENXIO, "ENXIO" },
		{ EAGAIN, "EAGAIN" }, { ENOMEM, "ENOMEM" }, { EFAULT, "EFAULT" }, { EBUSY, "EBUSY" },
		{ EEXIST, "EEXIST" }, { ENODEV, "ENODEV" }, { EINVAL, "EINVAL" }, { ENOSPC, "ENOSPC" },
		{ ERANGE, "ERANGE" }, { ETIMEDOUT, "ETIMEDOUT" }, { EOPNOTSUPP, "EOPNOTSUPP" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (names[i].number != -error)
			continue;
		put_text(out, "-%s", names[i].name);
		return;
	}
	put_text(out, "%ld", error);
}

/* What letters behind %p mean; as many as are used are skipped. Documentation/core-api/printk-formats.rst */
static void put_pointer_as(struct output *out, const char **format, void *pointer, struct spec spec)
{
	const struct va_format { const char *fmt; va_list *va; } *inner = pointer;
	char kind = *++*format;

	switch (kind) {
	case 'a':
		*format += (*format)[1] == 'd' || (*format)[1] == 'p' ? 2 : 1;
		put_text(out, "0x%016lx", *(u64 *)pointer);
		return;
	case 'R':
	case 'r':
		put_resource(out, pointer);
		break;
	case 'e':
		put_error(out, (long)pointer);
		break;
	case 'M':
	case 'm':
		put_bytes(out, pointer, 6, kind == 'M' ? ':' : 0);
		break;
	case 'h':
		*format += (*format)[1] == 'N' || (*format)[1] == 'C' || (*format)[1] == 'D';
		put_bytes(out, pointer, spec.width < 0 ? 1 : spec.width,
			  **format == 'N' ? 0 : **format == 'C' ? ':' : **format == 'D' ? '-' : ' ');
		break;
	case 'V':
		out->at += vsnprintf(out->at < out->end ? out->at : NULL,
				     out->at < out->end ? out->end - out->at : 0, inner->fmt, *inner->va);
		break;
	case 'd': case 'D':
		if (kind == 'D')
			pointer = ((struct file *)pointer)->f_path.dentry;
		put_string(out, (char *)((struct dentry *)pointer)->d_name.name, spec);
		break;
	case 'b':
		*format += (*format)[1] == 'l';
		put_bitmap(out, pointer, max(spec.width, 0), **format == 'l');
		break;
	case 'U':
		kind = (*format)[1];
		*format += kind == 'b' || kind == 'B' || kind == 'l' || kind == 'L';
		put_uuid(out, pointer, kind);
		break;
	case 'I': case 'i':
		if ((*format)[1] == '4') {
			const u8 *ip = pointer;

			(*format)++;
			put_text(out, kind == 'i' ? "%03u.%03u.%03u.%03u" : "%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);
		}
		break;
	case 'K': case 'x': case 's': case 'S': case 'f': case 'F': case 'B':
		put_pointer(out, (u64)pointer, spec);
		break;
	default:
		put_pointer(out, (u64)pointer, spec);
		return;
	}
	(*format)++;
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
		put_pointer_as(out, format, va_arg(args->list, void *), spec);
		return;
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

int vsprintf(char *buf, const char *format, va_list args)
{
	return vsnprintf(buf, 1 << 20, format, args);
}

/* As vsnprintf(), but giving what has been written. */
int vscnprintf(char *buf, size_t size, const char *format, va_list args)
{
	int length = vsnprintf(buf, size, format, args);

	return length < (int)size ? length : size ? (int)size - 1 : 0;
}

int scnprintf(char *buf, size_t size, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vscnprintf(buf, size, format, args);
	va_end(args);
	return length;
}
