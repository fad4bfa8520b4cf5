// SPDX-License-Identifier: GPL-2.0-only
/* Queues in a ring: moving elements and records in and out. lib/kfifo.c */
#include <linux/kfifo.h>
#include <linux/string.h>

/* A stretch of the ring, in two pieces where it goes round the end; all in bytes. */
struct span {
	unsigned char *start;
	unsigned int first, rest;
};

static struct span span_of(const struct __kfifo *fifo, unsigned int at, unsigned int n)
{
	unsigned int size = fifo->mask + 1;
	unsigned int index = at & fifo->mask;
	unsigned int first = min(n, size - index);

	return (struct span) {
		(unsigned char *)fifo->data + index * fifo->esize, first * fifo->esize, (n - first) * fifo->esize };
}

static void copy_in(const struct __kfifo *fifo, unsigned int at, const void *from, unsigned int n)
{
	struct span span = span_of(fifo, at, n);

	memcpy(span.start, from, span.first);
	memcpy(fifo->data, from + span.first, span.rest);
}

static void copy_out(const struct __kfifo *fifo, unsigned int at, void *to, unsigned int n)
{
	struct span span = span_of(fifo, at, n);

	memcpy(to, span.start, span.first);
	memcpy(to + span.first, fifo->data, span.rest);
}

static unsigned int used(const struct __kfifo *fifo)
{
	return fifo->in - fifo->out;
}

static unsigned int unused(const struct __kfifo *fifo)
{
	return fifo->mask + 1 - used(fifo);
}

int __kfifo_init(struct __kfifo *fifo, void *buffer, unsigned int bytes, size_t esize)
{
	unsigned int size = bytes / esize;

	size = size < 2 ? 0 : rounddown_pow_of_two(size);
	*fifo = (struct __kfifo) { .mask = size ? size - 1 : 0, .esize = esize, .data = buffer };
	return size ? 0 : -EINVAL;
}

/* A record's length stands before it, the low byte first. */
static void put_length(const struct __kfifo *fifo, unsigned int length, size_t length_bytes)
{
	unsigned char head[2] = { length, length >> 8 };

	copy_in(fifo, fifo->in, head, length_bytes);
}

unsigned int __kfifo_record_length(const struct __kfifo *fifo, size_t length_bytes)
{
	unsigned char head[2] = { 0, 0 };

	if (!used(fifo))
		return 0;
	copy_out(fifo, fifo->out, head, length_bytes);
	return head[0] | head[1] << 8;
}

unsigned int __kfifo_in(struct __kfifo *fifo, const void *from, unsigned int n, size_t length_bytes)
{
	if (length_bytes) {
		if (n > __kfifo_max_record(length_bytes) || n + length_bytes > unused(fifo))
			return 0;
		put_length(fifo, n, length_bytes);
	} else {
		n = min(n, unused(fifo));
	}
	copy_in(fifo, fifo->in + length_bytes, from, n);
	smp_wmb();
	fifo->in += n + length_bytes;
	return n;
}

unsigned int __kfifo_peek(struct __kfifo *fifo, void *to, unsigned int n, size_t length_bytes)
{
	if (length_bytes)
		n = min(n, __kfifo_record_length(fifo, length_bytes));
	else
		n = min(n, used(fifo));
	copy_out(fifo, fifo->out + length_bytes, to, n);
	smp_wmb();
	return n;
}

/* Of a record that is longer than its reader asked for, the rest is lost. */
unsigned int __kfifo_out(struct __kfifo *fifo, void *to, unsigned int n, size_t length_bytes)
{
	n = __kfifo_peek(fifo, to, n, length_bytes);
	if (!length_bytes)
		fifo->out += n;
	else if (used(fifo))
		__kfifo_skip(fifo, length_bytes);
	return n;
}

void __kfifo_skip(struct __kfifo *fifo, size_t length_bytes)
{
	fifo->out += length_bytes ? length_bytes + __kfifo_record_length(fifo, length_bytes) : 1;
}

int __kfifo_from_user(struct __kfifo *fifo, const void __user *from, unsigned long bytes, size_t length_bytes,
		      unsigned int *copied)
{
	unsigned int n = min_t(unsigned long, bytes / fifo->esize, UINT_MAX);
	unsigned long left;
	struct span span;

	*copied = 0;
	if (length_bytes && n > __kfifo_max_record(length_bytes))
		n = __kfifo_max_record(length_bytes);
	if (length_bytes && n + length_bytes > unused(fifo))
		return 0;
	n = min(n, unused(fifo));
	span = span_of(fifo, fifo->in + length_bytes, n);
	left = copy_from_user(span.start, from, span.first);
	if (left)
		left += span.rest;
	else
		left = copy_from_user(fifo->data, from + span.first, span.rest);
	if (left && length_bytes)
		return -EFAULT;
	n -= DIV_ROUND_UP(left, fifo->esize);
	if (length_bytes)
		put_length(fifo, n, length_bytes);
	*copied = n * fifo->esize;
	fifo->in += n + length_bytes;
	return left ? -EFAULT : 0;
}

int __kfifo_to_user(struct __kfifo *fifo, void __user *to, unsigned long bytes, size_t length_bytes,
		    unsigned int *copied)
{
	unsigned int n = min_t(unsigned long, bytes / fifo->esize, used(fifo));
	unsigned long left;
	struct span span;

	*copied = 0;
	if (!used(fifo))
		return 0;
	if (length_bytes)
		n = min_t(unsigned long, bytes, __kfifo_record_length(fifo, length_bytes));
	span = span_of(fifo, fifo->out + length_bytes, n);
	left = copy_to_user(to, span.start, span.first);
	if (left)
		left += span.rest;
	else
		left = copy_to_user(to + span.first, fifo->data, span.rest);
	if (left && length_bytes)
		return -EFAULT;
	n -= DIV_ROUND_UP(left, fifo->esize);
	*copied = n * fifo->esize;
	if (length_bytes)
		__kfifo_skip(fifo, length_bytes);
	else
		fifo->out += n;
	return left ? -EFAULT : 0;
}

static int set_entry(struct scatterlist *sgl, int nents, void *start, unsigned int bytes)
{
	if (!bytes || !nents)
		return 0;
	sg_set_buf(sgl, start, bytes);
	return 1;
}

unsigned int __kfifo_dma(struct __kfifo *fifo, struct scatterlist *sgl, int nents, unsigned int n, int is_in)
{
	struct span span;
	int count;

	n = min(n, is_in ? unused(fifo) : used(fifo));
	span = span_of(fifo, is_in ? fifo->in : fifo->out, n);
	count = set_entry(sgl, nents, span.start, span.first);
	if (count)
		count += set_entry(sgl + 1, nents - 1, fifo->data, span.rest);
	if (count)
		sg_mark_end(sgl + count - 1);
	return count;
}
