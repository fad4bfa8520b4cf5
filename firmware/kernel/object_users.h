/* SPDX-License-Identifier: GPL-2.0-only */
/* Writing down who took and who gave back: include/kernel/object_user.h. The caller must say who called it. */
#ifndef KERNEL_OBJECT_USERS_H
#define KERNEL_OBJECT_USERS_H

#include <board.h>
#include <kernel/object_user.h>
#include <linux/compiler.h>

extern struct object_user object_users[OBJECT_USERS + 1];	/* the last is nobody's */

static inline u64 object_user_slot(u64 phys)
{
	return (phys >> OBJECT_SHIFT_LOW ^ phys >> OBJECT_SHIFT_HIGH) & (OBJECT_USERS - 1);
}

static inline void note_allocation(const void *objp, u32 gfp_mask, u64 caller)
{
	u64 phys = (u64)objp - PAGE_OFFSET;
	struct object_user *user = &object_users[object_user_slot(phys)];

	user->object = phys << OBJECT_GFP_BITS | gfp_mask;
	*(u64 *)&user->allocated_by = (u32)caller;
}

/* Where the slot has gone to another address, nobody's is written to: a condition costs more. */
static inline void note_free(const void *objp, u64 caller)
{
	u64 phys = (u64)objp - PAGE_OFFSET;
	u64 slot = object_user_slot(phys);
	u64 is_others = object_users[slot].object >> OBJECT_GFP_BITS != phys;

	OPTIMIZER_HIDE_VAR(is_others);
	slot ^= (slot ^ OBJECT_USERS) & -is_others;
	object_users[slot].freed_by = (u32)caller;
}

#endif
