/* SPDX-License-Identifier: GPL-2.0-only */
/* Failures of the kernel's own on purpose. include/linux/fault-inject.h */
#ifndef KERNEL_FAULT_INJECT_H
#define KERNEL_FAULT_INJECT_H

#include <kernel/types.h>

struct fault_attr {
	unsigned long probability;	/* percent */
	unsigned long interval;		/* only each so many-th call counts */
	int times;			/* at most so often; -1: always */
	int space;			/* bytes that may pass before the first */
	unsigned long verbose;		/* 1: say so in the log; 2: with a backtrace */
	unsigned long count;
	unsigned long nth;		/* fail this call, counted from 1, and no other; 0: as the rest says */
	unsigned long calls;		/* so far */
	unsigned long failed;		/* of them */
	u32 ignore_gfp_wait;		/* spare requests that may sleep */
	u32 ignore_gfp_highmem;
	u32 min_order;			/* pages: spare smaller requests */
	u32 reserved;
};

#endif
