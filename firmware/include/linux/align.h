/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_ALIGN_H
#define LINUX_ALIGN_H

#define ALIGN(x, a) (((x) + (a) - 1) & ~((typeof(x))(a) - 1))
#define ALIGN_DOWN(x, a) ((x) & ~((typeof(x))(a) - 1))
#define PTR_ALIGN(pointer, a) ((typeof(pointer))ALIGN((unsigned long)(pointer), (a)))
#define IS_ALIGNED(x, a) (((x) & ((typeof(x))(a) - 1)) == 0)

#endif
