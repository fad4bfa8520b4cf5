/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_CONTAINER_OF_H
#define LINUX_CONTAINER_OF_H

#include <linux/stddef.h>

#define container_of(pointer, type, member) ({					\
	const typeof(((type *)0)->member) *_member = (pointer);			\
	(type *)((char *)_member - offsetof(type, member));			\
})
#define container_of_const(pointer, type, member) container_of(pointer, type, member)
#define typeof_member(type, member) typeof(((type *)0)->member)

#endif
