/* SPDX-License-Identifier: GPL-2.0-only */
/* The one lock that there was for everything: with one CPU, and no preemption in the kernel, nothing is left of it. */
#ifndef LINUX_SMP_LOCK_H
#define LINUX_SMP_LOCK_H

#define lock_kernel() do {} while (0)
#define unlock_kernel() do {} while (0)

#endif
