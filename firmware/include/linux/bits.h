/* SPDX-License-Identifier: GPL-2.0-only */
/* Masks of bits. */
#ifndef LINUX_BITS_H
#define LINUX_BITS_H

#define BITS_PER_LONG 64
#define BITS_PER_LONG_LONG 64

#define BIT(nr) (1UL << (nr))
#define BIT_ULL(nr) (1ULL << (nr))
#define BIT_MASK(nr) (1UL << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr) ((nr) / BITS_PER_LONG)

#define BIT_ULL_MASK(nr) (1ULL << ((nr) % BITS_PER_LONG_LONG))
#define BIT_ULL_WORD(nr) ((nr) / BITS_PER_LONG_LONG)

/* The bits from `l` to `h`, both included. */
#define GENMASK(h, l) (~0UL >> (BITS_PER_LONG - 1 - (h)) & ~0UL << (l))
#define GENMASK_ULL(h, l) (~0ULL >> (BITS_PER_LONG_LONG - 1 - (h)) & ~0ULL << (l))

#endif
