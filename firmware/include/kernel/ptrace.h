/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers as the entry code leaves them on the stack: x86-64 Linux 2.6.24's order and names. */
#ifndef KERNEL_PTRACE_H
#define KERNEL_PTRACE_H

#include <kernel/types.h>

struct pt_regs {
	u64 r15;
	u64 r14;
	u64 r13;
	u64 r12;
	u64 rbp;
	u64 rbx;
	u64 r11;
	u64 r10;
	u64 r9;
	u64 r8;
	u64 rax;
	u64 rcx;
	u64 rdx;
	u64 rsi;
	u64 rdi;
	u64 orig_rax;			/* an exception's error code, or 0 */
	u64 rip;			/* from here on pushed by the CPU */
	u64 cs;
	u64 eflags;
	u64 rsp;
	u64 ss;
};

#endif
