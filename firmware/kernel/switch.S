/* SPDX-License-Identifier: GPL-2.0-only */
/* From one task's stack to another's. */
#include <kernel/sched.h>

	.text
	.balign	16
	.globl	__switch_to
	.type	__switch_to, @function
/*
 * struct task_struct *__switch_to(struct task_struct *prev, struct task_struct *next)
 *
 * Returns in `next`, with `prev`. RBP and the return address stay uppermost, as a frame from which a backtrace of the
 * sleeping task starts.
 */
__switch_to:
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, TASK_RSP(%rdi)
	movq	TASK_RSP(%rsi), %rsp
	movq	%rdi, %rax
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret
	.size	__switch_to, . - __switch_to

	.balign	16
	.globl	ret_from_fork
	.type	ret_from_fork, @function
/* Where a new task starts: RAX = the task that ran before it. */
ret_from_fork:
	movq	%rax, %rdi
	xorl	%ebp, %ebp
	call	task_entry
	ud2
	.size	ret_from_fork, . - ret_from_fork
