/* SPDX-License-Identifier: GPL-2.0-only */
/* Spinning politely. */
#ifndef LINUX_PROCESSOR_H
#define LINUX_PROCESSOR_H

#include <asm/processor.h>

#define spin_begin() do {} while (0)
#define spin_cpu_relax() cpu_relax()
#define spin_end() do {} while (0)
#define spin_until_cond(condition) do { while (!(condition)) cpu_relax(); } while (0)

#endif
