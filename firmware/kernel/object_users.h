/* SPDX-License-Identifier: GPL-2.0-only */
/* Writing down who took and who gave back: include/kernel/object_user.h. The caller must say who called it. */
#ifndef KERNEL_OBJECT_USERS_H
#define KERNEL_OBJECT_USERS_H

#include <board.h>
#include <kernel/object_user.h>
#include <linux/compiler.h>

extern struct object_user object_users[OBJECT_USERS];

static inline struct object_user *object_user_slot(u64 phys)
{
	return &object_users[(phys >> OBJECT_SHIFT_LOW ^ phys >> OBJECT_SHIFT_HIGH) & (OBJECT_USERS - 1)];
}

static inline void note_allocation(const void *objp, u32 gfp_mask, u64 caller)
{
	u64 phys = (u64)objp - PAGE_OFFSET;
	struct object_user *user = object_user_slot(phys);

	user->object = phys << OBJECT_GFP_BITS | gfp_mask;
	*(u64 *)&user->allocated_by = (u32)caller;
}

static inline void note_free(const void *objp, u64 caller)
{
	u64 phys = (u64)objp - PAGE_OFFSET;
	struct object_user *user = object_user_slot(phys);

	u64 is_its = user->object >> OBJECT_GFP_BITS == phys;

	OPTIMIZER_HIDE_VAR(is_its);	/* stored in any case: a condition costs more */
	user->freed_by ^= (user->freed_by ^ (u32)caller) & -(u32)is_its;
}

#endif
