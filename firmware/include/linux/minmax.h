/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_MINMAX_H
#define LINUX_MINMAX_H

#define min(a, b) ({ typeof(a) _min_a = (a); typeof(b) _min_b = (b); _min_a < _min_b ? _min_a : _min_b; })
#define max(a, b) ({ typeof(a) _max_a = (a); typeof(b) _max_b = (b); _max_a > _max_b ? _max_a : _max_b; })
#define min_t(type, a, b) ({ type _min_a = (a); type _min_b = (b); _min_a < _min_b ? _min_a : _min_b; })
#define max_t(type, a, b) ({ type _max_a = (a); type _max_b = (b); _max_a > _max_b ? _max_a : _max_b; })
#define min3(a, b, c) min((typeof(a))min(a, b), c)
#define max3(a, b, c) max((typeof(a))max(a, b), c)
#define min_not_zero(a, b) ({							\
	typeof(a) _not_a = (a);							\
	typeof(b) _not_b = (b);							\
	!_not_a ? _not_b : !_not_b ? _not_a : min(_not_a, _not_b);		\
})
#define clamp(value, low, high) min((typeof(value))max(value, low), high)
#define clamp_t(type, value, low, high) min_t(type, max_t(type, value, low), high)
#define clamp_val(value, low, high) clamp_t(typeof(value), value, low, high)
#define swap(a, b) do { typeof(a) _swap = (a); (a) = (b); (b) = _swap; } while (0)

#endif
