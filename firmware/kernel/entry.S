/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the ROM enters, and where exceptions and interrupts do. */
#include <board.h>
#include <asm/segment.h>

	.section .text.entry, "ax"
	.code64
	.globl startup_64
	.type	startup_64, @function
/* In: RDI = struct boot_params, in low memory. The ROM has mapped the link addresses and the direct map. */
startup_64:
	cli
	lgdt	early_gdt_pointer(%rip)
	pushq	$__KERNEL_CS
	leaq	1f(%rip), %rax
	pushq	%rax
	lretq
1:	movl	$__KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	movq	$init_stack + INIT_STACK_SIZE, %rsp
	xorl	%ebp, %ebp
	call	start_kernel
2:	hlt
	jmp	2b
	.size	startup_64, . - startup_64

	.section .rodata
early_gdt_pointer:
	.word	GDT_SIZE - 1
	.quad	cpu_gdt_table

/*
 * One stub for each vector, 16 bytes apart. Each leaves an error code and its vector on the stack; the vector's place
 * becomes RDI's in struct pt_regs.
 */
	.text
	.balign	16
	.globl	idt_stubs
	.type	idt_stubs, @function
idt_stubs:
	.set	vector, 0
	.rept	256
	.balign	16
	.if	!((vector == 8) || (vector >= 10 && vector <= 14) || (vector == 17))
	pushq	$0
	.endif
	pushq	$vector
	jmp	common_entry
	.set	vector, vector + 1
	.endr
	.size	idt_stubs, . - idt_stubs

	.balign	16
	.type	common_entry, @function
common_entry:
	cld
	xchgq	%rdi, (%rsp)
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%rax
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rdi, %rsi			/* vector */
	movq	%rsp, %rdi			/* struct pt_regs */
	/* A frame as a call would have made it, so that backtraces run on into what was interrupted. */
	subq	$8, %rsp
	pushq	PT_REGS_RIP + 8(%rsp)
	pushq	%rbp
	movq	%rsp, %rbp
	call	do_vector
	addq	$24, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rax
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	addq	$8, %rsp			/* error code */
	iretq
	.size	common_entry, . - common_entry
