/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_LIST_SORT_H
#define LINUX_LIST_SORT_H

#include <kernel/api.h>
#include <linux/list.h>

#if API_BEFORE(5, 15)
#define __list_cmp_const
#else
#define __list_cmp_const const
#endif
typedef int (*list_cmp_func_t)(void *priv, __list_cmp_const struct list_head *a, __list_cmp_const struct list_head *b);

/* Equal entries keep their order: `compare` gives more than 0 where `a` must go behind `b`. */
void list_sort(void *priv, struct list_head *head, list_cmp_func_t compare);

#endif
