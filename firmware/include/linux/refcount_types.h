/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_REFCOUNT_TYPES_H
#define LINUX_REFCOUNT_TYPES_H

typedef struct {
	int counter;
} atomic_t;

typedef struct refcount_struct {
	atomic_t refs;
} refcount_t;

#endif
