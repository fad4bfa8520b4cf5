// SPDX-License-Identifier: GPL-2.0-only
/* Sorting of arrays, by a heap, and of lists, by merging. lib/sort.c, lib/list_sort.c */
#include <linux/list_sort.h>
#include <linux/sort.h>

struct order {
	size_t size;
	cmp_func_t compare;
	cmp_r_func_t compare_r;
	swap_func_t swap;
	swap_r_func_t swap_r;
	const void *priv;
};

static int compare(const struct order *order, const void *a, const void *b)
{
	return order->compare ? order->compare(a, b) : order->compare_r(a, b, order->priv);
}

static void exchange(const struct order *order, void *a, void *b)
{
	if (order->swap) {
		(order->swap)(a, b, order->size);
		return;
	}
	if (order->swap_r) {
		order->swap_r(a, b, order->size, order->priv);
		return;
	}
	for (size_t i = 0; i < order->size; i++)
		swap(((char *)a)[i], ((char *)b)[i]);
}

/* Let the element at `root` sink to where no child is larger. */
static void sift_down(const struct order *order, char *base, size_t root, size_t count)
{
	size_t size = order->size;

	for (size_t child; (child = 2 * root + 1) < count; root = child) {
		if (child + 1 < count && compare(order, base + child * size, base + (child + 1) * size) < 0)
			child++;
		if (compare(order, base + root * size, base + child * size) >= 0)
			return;
		exchange(order, base + root * size, base + child * size);
	}
}

static void heap_sort(const struct order *order, char *base, size_t count)
{
	for (size_t root = count / 2; root-- > 0; )
		sift_down(order, base, root, count);
	for (size_t end = count; end-- > 1; ) {
		exchange(order, base, base + end * order->size);
		sift_down(order, base, 0, end);
	}
}

void sort(void *base, size_t count, size_t size, cmp_func_t compare, swap_func_t swap)
{
	struct order order = { .size = size, .compare = compare, .swap = swap };

	heap_sort(&order, base, count);
}

void sort_r(void *base, size_t count, size_t size, cmp_r_func_t compare, swap_r_func_t swap, const void *priv)
{
	struct order order = { .size = size, .compare_r = compare, .swap_r = swap, .priv = priv };

	heap_sort(&order, base, count);
}

/* Two chains, ended by NULL, in order: one. */
static struct list_head *merge(void *priv, list_cmp_func_t compare, struct list_head *a, struct list_head *b)
{
	struct list_head *first = NULL, **tail = &first;

	while (a && b) {
		struct list_head **lower = compare(priv, a, b) <= 0 ? &a : &b;

		*tail = *lower;
		tail = &(*tail)->next;
		*lower = (*lower)->next;
	}
	*tail = a ? a : b;
	return first;
}

#define MOST_PARTS 64

/* parts[i] holds 2^i entries, or none: adding an entry is counting up in binary. */
void list_sort(void *priv, struct list_head *head, list_cmp_func_t compare)
{
	struct list_head *parts[MOST_PARTS] = { NULL }, *sorted = NULL, *at = head->next, *before = head;

	if (list_empty(head))
		return;
	head->prev->next = NULL;
	while (at) {
		struct list_head *next = at->next;
		int i = 0;

		at->next = NULL;
		for (; parts[i]; i++) {
			at = merge(priv, compare, parts[i], at);
			parts[i] = NULL;
		}
		parts[i] = at;
		at = next;
	}
	for (int i = 0; i < MOST_PARTS; i++)
		if (parts[i])
			sorted = merge(priv, compare, parts[i], sorted);
	for (at = sorted; at; before = at, at = at->next) {
		at->prev = before;
		before->next = at;
	}
	before->next = head;
	head->prev = before;
}
