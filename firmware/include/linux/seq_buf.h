/* SPDX-License-Identifier: GPL-2.0-only */
/* Text that is put together in a buffer, and may be too long for it: then its length is more than the size. */
#ifndef LINUX_SEQ_BUF_H
#define LINUX_SEQ_BUF_H

#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

struct seq_buf {
	char *buffer;
	size_t size;
	size_t len;
};

#define DECLARE_SEQ_BUF(name, bytes)								\
	struct seq_buf name = { .buffer = (char [bytes]) { 0 }, .size = (bytes) }

static inline void seq_buf_clear(struct seq_buf *s)
{
	s->len = 0;
	if (s->size)
		s->buffer[0] = 0;
}

static inline void seq_buf_init(struct seq_buf *s, char *buffer, unsigned int size)
{
	s->buffer = buffer;
	s->size = size;
	seq_buf_clear(s);
}

static inline bool seq_buf_has_overflowed(struct seq_buf *s)
{
	return s->len > s->size;
}

static inline unsigned int seq_buf_used(struct seq_buf *s)
{
	return min(s->len, s->size);
}

static inline unsigned int seq_buf_buffer_left(struct seq_buf *s)
{
	return seq_buf_has_overflowed(s) ? 0 : s->size - s->len;
}

/* -1 where it does not fit: nothing more is added from then on. */
static inline int seq_buf_vprintf(struct seq_buf *s, const char *format, va_list args)
{
	int length;

	if (s->len < s->size) {
		length = vsnprintf(s->buffer + s->len, s->size - s->len, format, args);
		if (s->len + length < s->size) {
			s->len += length;
			return 0;
		}
	}
	s->len = s->size + 1;
	return -1;
}

static inline int __printf(2, 3) seq_buf_printf(struct seq_buf *s, const char *format, ...)
{
	va_list args;
	int error;

	va_start(args, format);
	error = seq_buf_vprintf(s, format, args);
	va_end(args);
	return error;
}

#define seq_buf_puts(s, text) seq_buf_printf((s), "%s", (text))
#define seq_buf_putc(s, c) seq_buf_printf((s), "%c", (c))

static inline const char *seq_buf_str(struct seq_buf *s)
{
	if (s->size)
		s->buffer[min(s->len, s->size - 1)] = 0;
	return s->size ? s->buffer : "";
}

#endif
