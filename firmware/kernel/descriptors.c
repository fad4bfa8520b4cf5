// SPDX-License-Identifier: GPL-2.0-only
/* The CPU's tables: segments, task state, interrupt gates; and the stacks they name. arch/x86/kernel/setup64.c */
#include <asm/segment.h>
#include <board.h>
#include <linux/compiler.h>
#include <linux/string.h>

#include "kernel.h"

#define GATE_INTERRUPT 0x8e		/* present, DPL 0, 64-bit, clears IF */
#define DESCRIPTOR_TSS 0x89
#define STUB_SIZE 16

struct descriptor_pointer {
	u16 limit;
	u64 address;
} __packed;

struct gate {
	u16 offset_low;
	u16 selector;
	u8 ist;
	u8 type;
	u16 offset_middle;
	u32 offset_high;
	u32 reserved;
};

struct tss {
	u32 reserved1;
	u64 rsp[3];
	u64 reserved2;
	u64 ist[7];
	u64 reserved3;
	u16 reserved4;
	u16 io_bitmap_base;
} __packed;

/* Each stack has an unmapped page below it. */
struct guarded_stack {
	char guard[PAGE_SIZE];
	char stack[EXCEPTION_STACK_SIZE];
};

u64 cpu_gdt_table[GDT_ENTRIES] = {
	[__KERNEL_CS / 8] = 0x00af9b000000ffff,
	[__KERNEL_DS / 8] = 0x00cf93000000ffff,
};

static char init_stack_guard[PAGE_SIZE] __attribute__((section(".bss.stack_guard"), aligned(4096), used));
char init_stack[INIT_STACK_SIZE] __attribute__((section(".bss.init_stack"), aligned(4096)));
static struct guarded_stack exception_stacks[EXCEPTION_STACKS] __page_aligned_bss;
static struct tss init_tss __aligned(64);
static struct gate idt_table[256] __page_aligned_bss;

extern char idt_stubs[];

static u64 init_stack_bottom(void)
{
	return (u64)init_stack;
}

int in_stack_guard(u64 virt)
{
	if (virt >= init_stack_bottom() - PAGE_SIZE && virt < init_stack_bottom())
		return 1;
	for (int i = 0; i < EXCEPTION_STACKS; i++) {
		u64 guard = (u64)exception_stacks[i].guard;

		if (virt >= guard && virt < guard + PAGE_SIZE)
			return 1;
	}
	return in_static_stack_guard(virt);
}

static u8 stack_of_vector(unsigned int vector)
{
	switch (vector) {
	case 1:
		return DEBUG_STACK;
	case 2:
		return NMI_STACK;
	case 8:
		return DOUBLEFAULT_STACK;
	case 18:
		return MCE_STACK;
	default:
		return 0;
	}
}

static void set_gate(unsigned int vector)
{
	u64 stub = (u64)idt_stubs + vector * STUB_SIZE;

	idt_table[vector] = (struct gate) {
		.offset_low = stub,
		.selector = __KERNEL_CS,
		.ist = stack_of_vector(vector),
		.type = GATE_INTERRUPT,
		.offset_middle = stub >> 16,
		.offset_high = stub >> 32,
	};
}

static void set_tss(void)
{
	u64 base = (u64)&init_tss;
	u64 limit = sizeof(init_tss) - 1;

	for (int i = 0; i < EXCEPTION_STACKS; i++)
		init_tss.ist[i] = (u64)exception_stacks[i].stack + EXCEPTION_STACK_SIZE;
	init_tss.rsp[0] = init_stack_bottom() + INIT_STACK_SIZE;
	init_tss.io_bitmap_base = sizeof(init_tss);
	cpu_gdt_table[GDT_ENTRY_TSS] = limit | (base & 0xffffff) << 16 | (u64)DESCRIPTOR_TSS << 40 |
				       (base >> 24 & 0xff) << 56;
	cpu_gdt_table[GDT_ENTRY_TSS + 1] = base >> 32;
}

void cpu_init(void)
{
	struct descriptor_pointer gdt = { GDT_SIZE - 1, (u64)cpu_gdt_table };
	struct descriptor_pointer idt = { sizeof(idt_table) - 1, (u64)idt_table };

	for (unsigned int vector = 0; vector < 256; vector++)
		set_gate(vector);
	set_tss();
	__asm__ volatile("lgdt %0" : : "m"(gdt));
	__asm__ volatile("lidt %0" : : "m"(idt));
	__asm__ volatile("ltr %w0" : : "r"(TSS_SELECTOR));
}
