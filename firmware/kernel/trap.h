/* SPDX-License-Identifier: GPL-2.0-only */
/* How a function of the guest calls the Python kernel. */
#ifndef TRAP_H
#define TRAP_H

#include <asm/io.h>
#include <asm/page.h>
#include <kernel/traps.h>
#include <linux/compiler.h>

#include "kernel.h"

/* Inline: a call and its return cost as much as the rest of what the guest does here. */
static inline u64 trap(struct trap_frame *frame)
{
	outl(__pa(frame) >> TRAP_FRAME_SHIFT, TRAP_GATE_PORT);
	barrier();
	if (unlikely(con_start != log_end))
		release_console_sem();
	return frame->result;
}

/* A macro, as the caller and the frame pointer must be those of the function that uses it. */
#define TRAP(which, ...) ({								\
	struct trap_frame _frame = {							\
		.number = (which),							\
		.args = { __VA_ARGS__ },						\
		.caller = (u64)__builtin_return_address(0),				\
		.frame_pointer = (u64)__builtin_frame_address(0),			\
	};										\
	trap(&_frame);									\
})

#endif
