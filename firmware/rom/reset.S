/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the reset vector to C in long mode. The image is linked at its shadow below 1 MiB, where real mode reaches it;
 * the CPU starts in the copy at the top of 4 GiB, whose first jump leaves it.
 *
 * Low RAM while the ROM runs: page tables from 0x1000, stack below 0x10000, variables (.bss) from there.
 */
#include <board.h>

#define PML4 0x1000
#define PDPT_LOW 0x2000		/* identity and direct map: the first 4 GiB */
#define PDPT_KERNEL 0x3000	/* the kernel's link addresses: the first 1 GiB */
#define PD_LOW 0x4000		/* 4 pages */
#define TABLES_END 0x8000
#define STACK_TOP 0x10000

#define PRESENT_WRITE 0x3
#define HUGE_PRESENT_WRITE 0x83
#define PML4_DIRECT ((PAGE_OFFSET >> 39) & 511)

	.section .reset, "ax"
	.code16
	.globl reset_vector
reset_vector:
	ljmpw	$(ROM_SHADOW_BASE >> 4), $(start16 - ROM_SHADOW_BASE)
	.org	reset_vector + 16, 0xff

	.section .text.start, "ax"
	.code16
start16:
	cli
	cld
	lgdtl	%cs:(gdt_pointer - ROM_SHADOW_BASE)
	movl	%cr0, %eax
	orl	$1, %eax			/* PE */
	movl	%eax, %cr0
	ljmpl	$0x08, $start32

	.code32
start32:
	movw	$0x18, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	%ax, %fs
	movw	%ax, %gs
	movl	$STACK_TOP, %esp

	movl	$PML4, %edi
	movl	$((TABLES_END - PML4) / 4), %ecx
	xorl	%eax, %eax
	rep stosl

	movl	$(PDPT_LOW + PRESENT_WRITE), PML4
	movl	$(PDPT_LOW + PRESENT_WRITE), PML4 + 8 * PML4_DIRECT
	movl	$0x80000000, PML4 + 8 * PML4_DIRECT + 4		/* NX */
	movl	$(PDPT_KERNEL + PRESENT_WRITE), PML4 + 8 * 511
	movl	$(PD_LOW + PRESENT_WRITE), PDPT_KERNEL + 8 * 510
	movl	$(PD_LOW + PRESENT_WRITE), PDPT_LOW
	movl	$(PD_LOW + 0x1000 + PRESENT_WRITE), PDPT_LOW + 8
	movl	$(PD_LOW + 0x2000 + PRESENT_WRITE), PDPT_LOW + 16
	movl	$(PD_LOW + 0x3000 + PRESENT_WRITE), PDPT_LOW + 24
	movl	$PD_LOW, %edi
	movl	$HUGE_PRESENT_WRITE, %eax
fill:
	movl	%eax, (%edi)
	addl	$8, %edi
	addl	$0x200000, %eax
	jnc	fill				/* 2048 entries: the last one's address wraps */

	movl	$0x20, %eax			/* PAE */
	movl	%eax, %cr4
	movl	$PML4, %eax
	movl	%eax, %cr3
	movl	$0xc0000080, %ecx		/* EFER */
	rdmsr
	orl	$0x900, %eax			/* LME, NXE */
	wrmsr
	movl	%cr0, %eax
	orl	$0x80000000, %eax		/* PG */
	movl	%eax, %cr0
	ljmpl	$0x10, $start64

	.code64
start64:
	movl	$__bss_start, %edi
	movl	$__bss_size, %ecx
	xorl	%eax, %eax
	rep stosb
	movl	$STACK_TOP, %esp
	xorl	%ebp, %ebp
	call	rom_main
1:	hlt
	jmp	1b

/* Enter the kernel: enter_kernel(entry, boot_params). */
	.globl enter_kernel
enter_kernel:
	movq	%rdi, %rax
	movq	%rsi, %rdi
	jmpq	*%rax

	.section .rodata.gdt, "a"
	.balign 8
gdt:
	.quad	0
	.quad	0x00cf9b000000ffff		/* 0x08: 32-bit code */
	.quad	0x00af9b000000ffff		/* 0x10: 64-bit code */
	.quad	0x00cf93000000ffff		/* 0x18: data */
gdt_pointer:
	.word	gdt_pointer - gdt - 1
	.long	gdt
