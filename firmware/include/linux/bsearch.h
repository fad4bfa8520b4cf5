/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_BSEARCH_H
#define LINUX_BSEARCH_H

#include <linux/sort.h>

static inline void *bsearch(const void *key, const void *base, size_t count, size_t size, cmp_func_t compare)
{
	while (count) {
		const void *middle = base + count / 2 * size;
		int order = compare(key, middle);

		if (!order)
			return (void *)middle;
		if (order > 0) {
			base = middle + size;
			count--;
		}
		count /= 2;
	}
	return NULL;
}

#endif
