/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Queues in a ring of a power of two elements, with or without a length before each record. One reader and one writer
 * need no lock: `in` and `out` only grow, and each side writes its own.
 */
#ifndef LINUX_KFIFO_H
#define LINUX_KFIFO_H

#include <asm/barrier.h>
#include <kernel/api.h>
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>

#if API_BEFORE(2, 7)
#include <linux/kfifo_old.h>
#else

struct __kfifo {
	unsigned int in, out;		/* elements, in all */
	unsigned int mask;		/* of an index into the ring */
	unsigned int esize;		/* bytes of an element */
	void *data;
};

/*
 * What a macro must know of a queue stands in the types of members that nobody reads: the element's type, and the bytes
 * of a record's length. A queue whose ring lies elsewhere is no larger than a struct __kfifo.
 */
#define __STRUCT_KFIFO(_type, _count, _length_bytes, _pointed)				\
	{										\
		union {									\
			struct __kfifo kfifo;						\
			_type *type;							\
			const _type *const_type;					\
			char (*rectype)[_length_bytes];					\
			_pointed *ptr;							\
			_pointed const *ptr_const;					\
		};									\
		_type buf[_count];							\
	}

#define __KFIFO_COUNT(size) ((size) < 2 || ((size) & ((size) - 1)) ? -1 : (size))
#define STRUCT_KFIFO(type, size) struct __STRUCT_KFIFO(type, __KFIFO_COUNT(size), 0, type)
#define STRUCT_KFIFO_PTR(type) struct __STRUCT_KFIFO(type, 0, 0, type)
#define STRUCT_KFIFO_REC_1(size) struct __STRUCT_KFIFO(unsigned char, __KFIFO_COUNT(size), 1, void)
#define STRUCT_KFIFO_REC_2(size) struct __STRUCT_KFIFO(unsigned char, __KFIFO_COUNT(size), 2, void)

struct kfifo __STRUCT_KFIFO(unsigned char, 0, 0, void);
struct kfifo_rec_ptr_1 __STRUCT_KFIFO(unsigned char, 0, 1, void);
struct kfifo_rec_ptr_2 __STRUCT_KFIFO(unsigned char, 0, 2, void);

#define DECLARE_KFIFO(fifo, type, size) STRUCT_KFIFO(type, size) fifo
#define DECLARE_KFIFO_PTR(fifo, type) STRUCT_KFIFO_PTR(type) fifo
#define DEFINE_KFIFO(fifo, type, size)							\
	DECLARE_KFIFO(fifo, type, size) = {						\
		{ { .mask = ARRAY_SIZE((fifo).buf) - 1, .esize = sizeof(*(fifo).buf), .data = (fifo).buf } } }

#define __is_kfifo_ptr(fifo) (sizeof(*(fifo)) == sizeof(struct __kfifo))
#define kfifo_recsize(fifo) (sizeof(*(fifo)->rectype))
#define kfifo_esize(fifo) ((fifo)->kfifo.esize)
#define kfifo_size(fifo) ((fifo)->kfifo.mask + 1)
#define kfifo_initialized(fifo) ((fifo)->kfifo.mask)

#define INIT_KFIFO(fifo) ((fifo).kfifo = (struct __kfifo) {				\
	.mask = __is_kfifo_ptr(&(fifo)) ? 0 : ARRAY_SIZE((fifo).buf) - 1,		\
	.esize = sizeof(*(fifo).buf), .data = __is_kfifo_ptr(&(fifo)) ? NULL : (fifo).buf })

/* Inline, so that whoever allocates is the caller of kmalloc(). */
static inline int __must_check __kfifo_alloc(struct __kfifo *fifo, unsigned int size, size_t esize, gfp_t gfp_mask)
{
	size = size < 2 ? 0 : roundup_pow_of_two(size);
	*fifo = (struct __kfifo) { .esize = esize };
	if (!size)
		return -EINVAL;
	fifo->data = kmalloc_array(size, esize, gfp_mask);
	if (!fifo->data)
		return -ENOMEM;
	fifo->mask = size - 1;
	return 0;
}

static inline void __kfifo_free(struct __kfifo *fifo)
{
	kfree(fifo->data);
	*fifo = (struct __kfifo) { .esize = 0 };
}

int __kfifo_init(struct __kfifo *fifo, void *buffer, unsigned int bytes, size_t esize);
unsigned int __kfifo_in(struct __kfifo *fifo, const void *from, unsigned int n, size_t length_bytes);
unsigned int __kfifo_out(struct __kfifo *fifo, void *to, unsigned int n, size_t length_bytes);
unsigned int __kfifo_peek(struct __kfifo *fifo, void *to, unsigned int n, size_t length_bytes);
unsigned int __kfifo_record_length(const struct __kfifo *fifo, size_t length_bytes);
void __kfifo_skip(struct __kfifo *fifo, size_t length_bytes);
int __kfifo_from_user(struct __kfifo *fifo, const void __user *from, unsigned long bytes, size_t length_bytes,
		      unsigned int *copied);
int __kfifo_to_user(struct __kfifo *fifo, void __user *to, unsigned long bytes, size_t length_bytes,
		    unsigned int *copied);
unsigned int __kfifo_dma(struct __kfifo *fifo, struct scatterlist *sgl, int nents, unsigned int n, int is_in);

#define __kfifo_max_record(length_bytes) ((1U << 8 * (length_bytes)) - 1)

#define kfifo_alloc(fifo, size, gfp_mask)						\
	__kfifo_alloc(&(fifo)->kfifo, (size), sizeof(*(fifo)->type), (gfp_mask))
#define kfifo_init(fifo, buffer, bytes)							\
	__kfifo_init(&(fifo)->kfifo, (buffer), (bytes), sizeof(*(fifo)->type))
#define kfifo_free(fifo) __kfifo_free(&(fifo)->kfifo)
#define kfifo_reset(fifo) ((void)((fifo)->kfifo.in = (fifo)->kfifo.out = 0))
#define kfifo_reset_out(fifo) ((void)((fifo)->kfifo.out = (fifo)->kfifo.in))

#define kfifo_len(fifo) ({ const struct __kfifo *_len = &(fifo)->kfifo; _len->in - _len->out; })
#define kfifo_is_empty(fifo) (kfifo_len(fifo) == 0)
#define kfifo_is_full(fifo) (kfifo_len(fifo) > (fifo)->kfifo.mask)
#define __kfifo_unused(fifo) (kfifo_size(fifo) - kfifo_len(fifo))
/* Of records: what one more may hold. */
#define kfifo_avail(fifo) ({								\
	unsigned int _unused = __kfifo_unused(fifo), _head = kfifo_recsize(fifo);	\
	_head ? _unused <= _head ? 0 : min(_unused - _head, __kfifo_max_record(_head)) : _unused; })
#define kfifo_peek_len(fifo)								\
	(kfifo_recsize(fifo) ? __kfifo_record_length(&(fifo)->kfifo, kfifo_recsize(fifo)) : (fifo)->kfifo.esize)
#define kfifo_skip(fifo) __kfifo_skip(&(fifo)->kfifo, kfifo_recsize(fifo))
#define kfifo_skip_count(fifo, count) ((void)((fifo)->kfifo.out += (count)))

/* One element, by value; of records, one that is as long as it. The result is how many elements were moved. */
#define kfifo_put(fifo, value) ({							\
	typeof(*(fifo)->const_type) _value = (value);					\
	__kfifo_in(&(fifo)->kfifo, &_value, kfifo_recsize(fifo) ? sizeof(_value) : 1, kfifo_recsize(fifo)); })
#define kfifo_get(fifo, value) ({							\
	typeof((fifo)->type) _to = (value);						\
	__kfifo_out(&(fifo)->kfifo, _to, kfifo_recsize(fifo) ? sizeof(*_to) : 1, kfifo_recsize(fifo)); })
#define kfifo_peek(fifo, value) ({							\
	typeof((fifo)->type) _to = (value);						\
	__kfifo_peek(&(fifo)->kfifo, _to, kfifo_recsize(fifo) ? sizeof(*_to) : 1, kfifo_recsize(fifo)); })

#define kfifo_in(fifo, from, n) ({							\
	typeof((fifo)->ptr_const) _from = (from);					\
	__kfifo_in(&(fifo)->kfifo, _from, (n), kfifo_recsize(fifo)); })
#define kfifo_out(fifo, to, n) ({							\
	typeof((fifo)->ptr) _to = (to);							\
	__kfifo_out(&(fifo)->kfifo, _to, (n), kfifo_recsize(fifo)); })
#define kfifo_out_peek(fifo, to, n) ({							\
	typeof((fifo)->ptr) _to = (to);							\
	__kfifo_peek(&(fifo)->kfifo, _to, (n), kfifo_recsize(fifo)); })

#define kfifo_from_user(fifo, from, bytes, copied)					\
	__kfifo_from_user(&(fifo)->kfifo, (from), (bytes), kfifo_recsize(fifo), (copied))
#define kfifo_to_user(fifo, to, bytes, copied)						\
	__kfifo_to_user(&(fifo)->kfifo, (to), (bytes), kfifo_recsize(fifo), (copied))

#define __kfifo_locked(lock, expression) ({						\
	unsigned long _irq;								\
	unsigned int _moved;								\
	spin_lock_irqsave((lock), _irq);						\
	_moved = (expression);								\
	spin_unlock_irqrestore((lock), _irq);						\
	_moved; })
#define kfifo_in_spinlocked(fifo, from, n, lock) __kfifo_locked((lock), kfifo_in((fifo), (from), (n)))
#define kfifo_out_spinlocked(fifo, to, n, lock) __kfifo_locked((lock), kfifo_out((fifo), (to), (n)))
#define kfifo_is_empty_spinlocked(fifo, lock) __kfifo_locked((lock), kfifo_is_empty(fifo))
#define kfifo_in_spinlocked_noirqsave(fifo, from, n, lock) ({				\
	unsigned int _moved;								\
	spin_lock(lock);								\
	_moved = kfifo_in((fifo), (from), (n));						\
	spin_unlock(lock);								\
	_moved; })
#define kfifo_out_spinlocked_noirqsave(fifo, to, n, lock) ({				\
	unsigned int _moved;								\
	spin_lock(lock);								\
	_moved = kfifo_out((fifo), (to), (n));						\
	spin_unlock(lock);								\
	_moved; })
#define kfifo_in_locked kfifo_in_spinlocked
#define kfifo_out_locked kfifo_out_spinlocked

/* For a device that moves the data: prepare gives the entries used, finish counts what was moved. */
#define kfifo_dma_in_prepare(fifo, sgl, nents, n) __kfifo_dma(&(fifo)->kfifo, (sgl), (nents), (n), 1)
#define kfifo_dma_out_prepare(fifo, sgl, nents, n) __kfifo_dma(&(fifo)->kfifo, (sgl), (nents), (n), 0)
#define kfifo_dma_in_finish(fifo, n) ((void)((fifo)->kfifo.in += (n) / (fifo)->kfifo.esize))
#define kfifo_dma_out_finish(fifo, n) ((void)((fifo)->kfifo.out += (n) / (fifo)->kfifo.esize))

#endif
#endif
