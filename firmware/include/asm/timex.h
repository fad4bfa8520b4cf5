/* SPDX-License-Identifier: GPL-2.0-only */
/* The TSC counts nanoseconds of virtual time. */
#ifndef ASM_TIMEX_H
#define ASM_TIMEX_H

#include <asm/processor.h>

typedef unsigned long long cycles_t;

#define get_cycles() ((cycles_t)rdtsc())
#define tsc_khz 1000000U
#define rdtsc_ordered() rdtsc()
#define rdtscll(value) ((value) = rdtsc())

#endif
