/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays whose first element is the least. */
#ifndef LINUX_MIN_HEAP_H
#define LINUX_MIN_HEAP_H

#include <kernel/api.h>
#include <linux/bug.h>
#include <linux/string.h>
#include <linux/types.h>

/* What both APIs have: `nr` elements of `size` bytes, of which those below `at` are in order. */
struct __min_heap {
	char *data;
	size_t nr, size;
	bool (*less)(const void *a, const void *b, void *args);
	void (*exchange)(void *a, void *b, void *args);
	void *args;
};

static inline void __min_heap_swap(struct __min_heap *heap, size_t a, size_t b)
{
	char *one = heap->data + a * heap->size, *other = heap->data + b * heap->size;

	if (heap->exchange) {
		heap->exchange(one, other, heap->args);
		return;
	}
	for (size_t i = 0; i < heap->size; i++) {
		char byte = one[i];

		one[i] = other[i];
		other[i] = byte;
	}
}

static inline bool __min_heap_less(struct __min_heap *heap, size_t a, size_t b)
{
	return heap->less(heap->data + a * heap->size, heap->data + b * heap->size, heap->args);
}

static inline void __min_heap_down(struct __min_heap *heap, size_t at)
{
	for (size_t child; (child = 2 * at + 1) < heap->nr; at = child) {
		if (child + 1 < heap->nr && __min_heap_less(heap, child + 1, child))
			child++;
		if (!__min_heap_less(heap, child, at))
			return;
		__min_heap_swap(heap, child, at);
	}
}

static inline void __min_heap_up(struct __min_heap *heap, size_t at)
{
	for (; at && __min_heap_less(heap, at, (at - 1) / 2); at = (at - 1) / 2)
		__min_heap_swap(heap, at, (at - 1) / 2);
}

static inline void __min_heap_order(struct __min_heap *heap)
{
	for (size_t at = heap->nr / 2; at-- > 0; )
		__min_heap_down(heap, at);
}

#if API_BEFORE(6, 11)

struct min_heap {
	void *data;
	int nr;
	int size;			/* elements that there is room for */
};

struct min_heap_callbacks {
	int elem_size;			/* bytes */
	bool (*less)(const void *lhs, const void *rhs);
	void (*swp)(void *lhs, void *rhs);
};

/* Two parameters are called like three: the third is left alone. */
static inline struct __min_heap __min_heap_of(struct min_heap *heap, const struct min_heap_callbacks *func)
{
	return (struct __min_heap) { heap->data, heap->nr, func->elem_size, (void *)func->less, (void *)func->swp, NULL };
}

static inline void min_heapify(struct min_heap *heap, int pos, const struct min_heap_callbacks *func)
{
	struct __min_heap all = __min_heap_of(heap, func);

	__min_heap_down(&all, pos);
}

static inline void min_heapify_all(struct min_heap *heap, const struct min_heap_callbacks *func)
{
	struct __min_heap all = __min_heap_of(heap, func);

	__min_heap_order(&all);
}

static inline void min_heap_pop(struct min_heap *heap, const struct min_heap_callbacks *func)
{
	if (WARN_ONCE(heap->nr <= 0, "Popping an empty heap"))
		return;
	heap->nr--;
	memcpy(heap->data, heap->data + heap->nr * func->elem_size, func->elem_size);
	min_heapify(heap, 0, func);
}

static inline void min_heap_pop_push(struct min_heap *heap, const void *element,
				     const struct min_heap_callbacks *func)
{
	memcpy(heap->data, element, func->elem_size);
	min_heapify(heap, 0, func);
}

static inline void min_heap_push(struct min_heap *heap, const void *element, const struct min_heap_callbacks *func)
{
	struct __min_heap all;

	if (WARN_ONCE(heap->nr >= heap->size, "Pushing on a full heap"))
		return;
	memcpy(heap->data + heap->nr++ * func->elem_size, element, func->elem_size);
	all = __min_heap_of(heap, func);
	__min_heap_up(&all, all.nr - 1);
}

#else

#define MIN_HEAP_PREALLOCATED(type, name, count)						\
struct name {											\
	size_t nr;										\
	size_t size;			/* elements that there is room for */			\
	type *data;										\
	type preallocated[count];								\
}
#define DEFINE_MIN_HEAP(type, name) MIN_HEAP_PREALLOCATED(type, name, 0)

typedef DEFINE_MIN_HEAP(char, min_heap_char) min_heap_char;

struct min_heap_callbacks {
	bool (*less)(const void *lhs, const void *rhs, void *args);
	void (*swp)(void *lhs, void *rhs, void *args);		/* NULL: byte by byte */
};

#define __min_heap_of(heap, func, args)								\
	((struct __min_heap) { (char *)(heap)->data, (heap)->nr, sizeof(*(heap)->data), (func)->less, (func)->swp, (args) })

#define min_heap_init(heap, memory, count) do {							\
	(heap)->nr = 0;										\
	(heap)->size = (count);									\
	(heap)->data = (memory) ? (void *)(memory) : (void *)(heap)->preallocated;		\
} while (0)
#define min_heap_peek(heap) ((heap)->nr ? (heap)->data : NULL)
#define min_heap_full(heap) ((heap)->nr == (heap)->size)
#define min_heap_sift_down(heap, at, func, args) ({ struct __min_heap _all = __min_heap_of(heap, func, args); __min_heap_down(&_all, (at)); })
#define min_heap_sift_up(heap, at, func, args) ({ struct __min_heap _all = __min_heap_of(heap, func, args); __min_heap_up(&_all, (at)); })
#define min_heapify_all(heap, func, args) ({ struct __min_heap _all = __min_heap_of(heap, func, args); __min_heap_order(&_all); })

#define min_heap_pop(heap, func, args) ({							\
	bool _any = !WARN_ONCE(!(heap)->nr, "Popping an empty heap");				\
	if (_any) {										\
		(heap)->data[0] = (heap)->data[--(heap)->nr];					\
		min_heap_sift_down((heap), 0, (func), (args));					\
	}											\
	_any;											\
})
#define min_heap_pop_push(heap, element, func, args) ({						\
	memcpy((heap)->data, (element), sizeof(*(heap)->data));					\
	min_heap_sift_down((heap), 0, (func), (args));						\
})
#define min_heap_push(heap, element, func, args) ({						\
	bool _room = !WARN_ONCE(min_heap_full(heap), "Pushing on a full heap");			\
	if (_room) {										\
		memcpy(&(heap)->data[(heap)->nr++], (element), sizeof(*(heap)->data));		\
		min_heap_sift_up((heap), (heap)->nr - 1, (func), (args));			\
	}											\
	_room;											\
})
#define min_heap_del(heap, index, func, args) ({						\
	size_t _at = (index);									\
	bool _any = !WARN_ONCE(!(heap)->nr, "Popping an empty heap");				\
	if (_any) {										\
		(heap)->data[_at] = (heap)->data[--(heap)->nr];					\
		if (_at < (heap)->nr) {								\
			min_heap_sift_up((heap), _at, (func), (args));				\
			min_heap_sift_down((heap), _at, (func), (args));			\
		}										\
	}											\
	_any;											\
})

#endif

#endif
