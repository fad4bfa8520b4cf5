/* SPDX-License-Identifier: GPL-2.0-only */
/* Arithmetic that everybody needs. */
#ifndef LINUX_MATH_H
#define LINUX_MATH_H

#include <linux/types.h>

#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define DIV_ROUND_UP_ULL(n, d) DIV_ROUND_UP((unsigned long long)(n), (d))
#define DIV_ROUND_DOWN_ULL(n, d) ((unsigned long long)(n) / (d))
#define DIV_ROUND_CLOSEST(n, d) (((n) + (d) / 2) / (d))
#define roundup(x, y) ({ typeof(y) _round = (y); (((x) + (_round - 1)) / _round) * _round; })
#define rounddown(x, y) ({ typeof(x) _down = (x); _down - _down % (y); })
#define round_up(x, y) ((((x) - 1) | ((typeof(x))(y) - 1)) + 1)
#define round_down(x, y) ((x) & ~((typeof(x))(y) - 1))
#define mult_frac(x, n, d) ({ typeof(x) _q = (x) / (d), _r = (x) % (d); _q * (n) + _r * (n) / (d); })
#define abs(x) ({ typeof(x) _abs = (x); _abs < 0 ? -_abs : _abs; })
#define sector_div(n, base) ({ u32 _rem = (n) % (base); (n) /= (base); _rem; })
#define do_div(n, base) ({ u32 _rem = (u64)(n) % (u32)(base); (n) = (u64)(n) / (u32)(base); _rem; })

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

static inline s64 div_s64(s64 dividend, s32 divisor)
{
	return dividend / divisor;
}

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

#endif
