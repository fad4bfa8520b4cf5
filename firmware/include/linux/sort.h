/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_SORT_H
#define LINUX_SORT_H

#include <linux/types.h>

typedef int (*cmp_func_t)(const void *a, const void *b);
typedef int (*cmp_r_func_t)(const void *a, const void *b, const void *priv);
typedef void (*swap_func_t)(void *a, void *b, int size);
typedef void (*swap_r_func_t)(void *a, void *b, int size, const void *priv);

/* In place; equal elements change places. Without a swap of the caller's, bytes are moved. */
void sort(void *base, size_t count, size_t size, cmp_func_t compare, swap_func_t swap);
void sort_r(void *base, size_t count, size_t size, cmp_r_func_t compare, swap_r_func_t swap, const void *priv);

#endif
