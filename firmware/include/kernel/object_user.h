/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who took an object or a block of pages, and who gave it back: what a kernel without debugging keeps nowhere, and what
 * a finding should say. The laboratory's own table, outside the allocators' structures; one slot for many addresses, so
 * that a slot holds the latest that fell on it.
 */
#ifndef KERNEL_OBJECT_USER_H
#define KERNEL_OBJECT_USER_H

#include <kernel/types.h>

struct object_user {
	u64 object;			/* physical address << OBJECT_GFP_BITS | gfp_mask; 0: empty */
	u32 allocated_by;		/* the low half of a return address: all code lies in the uppermost 2 GiB */
	u32 freed_by;			/* 0 while allocated */
};

enum object_user_layout {
	OBJECT_USERS = 32768,		/* slots, a power of two */
	OBJECT_GFP_BITS = 24,
	OBJECT_SHIFT_LOW = 5,		/* the slot: two stretches of the physical address, one xor the other */
	OBJECT_SHIFT_HIGH = 20,
};

#endif
