/* SPDX-License-Identifier: GPL-2.0-only */
/* Selectors as x86-64 Linux has them, the stacks of the CPU, and offsets that assembly needs. */
#ifndef ASM_SEGMENT_H
#define ASM_SEGMENT_H

#define __KERNEL_CS 0x10
#define __KERNEL_DS 0x18
#define GDT_ENTRY_TSS 8		/* takes two entries */
#define GDT_ENTRIES 16
#define GDT_SIZE 128
#define TSS_SELECTOR (GDT_ENTRY_TSS * 8)

#define INIT_STACK_SIZE 16384	/* bytes */
#define EXCEPTION_STACK_SIZE 4096

/* Interrupt stack table slots, from 1. */
#define DOUBLEFAULT_STACK 1
#define NMI_STACK 2
#define DEBUG_STACK 3
#define MCE_STACK 4
#define EXCEPTION_STACKS 4

#define PT_REGS_RIP 128

#endif
