/* SPDX-License-Identifier: GPL-2.0-only */
/* NULL, truth, and where a member lies. */
#ifndef LINUX_STDDEF_H
#define LINUX_STDDEF_H

#ifndef NULL
#define NULL ((void *)0)
#endif

typedef _Bool bool;
enum { false = 0, true = 1 };
#define false false
#define true true

#define offsetof(type, member) __builtin_offsetof(type, member)
#define sizeof_field(type, member) sizeof(((type *)0)->member)
#define offsetofend(type, member) (offsetof(type, member) + sizeof_field(type, member))

#endif
