/* SPDX-License-Identifier: GPL-2.0-only */
/* Queues of bytes as kernels before 2.6.33 had them: allocated by pointer, with a lock of their own. Part of kfifo.h. */
#ifndef LINUX_KFIFO_OLD_H
#define LINUX_KFIFO_OLD_H

#include <linux/err.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

struct kfifo {
	unsigned char *buffer;
	unsigned int size;		/* a power of two */
	unsigned int in, out;
	spinlock_t *lock;
};

static inline struct kfifo *kfifo_init(unsigned char *buffer, unsigned int size, gfp_t gfp_mask, spinlock_t *lock)
{
	struct kfifo *fifo = kmalloc(sizeof(*fifo), gfp_mask);

	if (!fifo)
		return ERR_PTR(-ENOMEM);
	*fifo = (struct kfifo) { buffer, size, 0, 0, lock };
	return fifo;
}

static inline struct kfifo *kfifo_alloc(unsigned int size, gfp_t gfp_mask, spinlock_t *lock)
{
	unsigned int bytes = roundup_pow_of_two(size);
	unsigned char *buffer = kmalloc(bytes, gfp_mask);
	struct kfifo *fifo;

	if (!buffer)
		return ERR_PTR(-ENOMEM);
	fifo = kfifo_init(buffer, bytes, gfp_mask, lock);
	if (IS_ERR(fifo))
		kfree(buffer);
	return fifo;
}

static inline void kfifo_free(struct kfifo *fifo)
{
	kfree(fifo->buffer);
	kfree(fifo);
}

static inline unsigned int __kfifo_len(struct kfifo *fifo)
{
	return fifo->in - fifo->out;
}

static inline unsigned int __kfifo_put(struct kfifo *fifo, const unsigned char *from, unsigned int length)
{
	unsigned int at = fifo->in & (fifo->size - 1), first;

	length = min(length, fifo->size - __kfifo_len(fifo));
	first = min(length, fifo->size - at);
	memcpy(fifo->buffer + at, from, first);
	memcpy(fifo->buffer, from + first, length - first);
	fifo->in += length;
	return length;
}

static inline unsigned int __kfifo_get(struct kfifo *fifo, unsigned char *to, unsigned int length)
{
	unsigned int at = fifo->out & (fifo->size - 1), first;

	length = min(length, __kfifo_len(fifo));
	first = min(length, fifo->size - at);
	memcpy(to, fifo->buffer + at, first);
	memcpy(to + first, fifo->buffer, length - first);
	fifo->out += length;
	return length;
}

static inline unsigned int kfifo_put(struct kfifo *fifo, const unsigned char *from, unsigned int length)
{
	unsigned long flags;

	spin_lock_irqsave(fifo->lock, flags);
	length = __kfifo_put(fifo, from, length);
	spin_unlock_irqrestore(fifo->lock, flags);
	return length;
}

static inline unsigned int kfifo_get(struct kfifo *fifo, unsigned char *to, unsigned int length)
{
	unsigned long flags;

	spin_lock_irqsave(fifo->lock, flags);
	length = __kfifo_get(fifo, to, length);
	spin_unlock_irqrestore(fifo->lock, flags);
	return length;
}

static inline unsigned int kfifo_len(struct kfifo *fifo)
{
	unsigned long flags;
	unsigned int length;

	spin_lock_irqsave(fifo->lock, flags);
	length = __kfifo_len(fifo);
	spin_unlock_irqrestore(fifo->lock, flags);
	return length;
}

static inline void __kfifo_reset(struct kfifo *fifo)
{
	fifo->in = 0;
	fifo->out = 0;
}

static inline void kfifo_reset(struct kfifo *fifo)
{
	unsigned long flags;

	spin_lock_irqsave(fifo->lock, flags);
	__kfifo_reset(fifo);
	spin_unlock_irqrestore(fifo->lock, flags);
}

#endif
