// SPDX-License-Identifier: GPL-2.0-only
/* Exceptions that nobody expected, and panic. arch/x86/kernel/traps_64.c, arch/x86/mm/fault_64.c, kernel/panic.c */
#include <asm/io.h>
#include <asm/processor.h>
#include <board.h>
#include <linux/irqflags.h>

#include "kernel.h"
#include "sched.h"

#define X86_TRAP_DB 1
#define X86_TRAP_NMI 2
#define X86_TRAP_DF 8
#define X86_TRAP_GP 13
#define X86_TRAP_PF 14

static const char *const exception_names[] = {
	"divide error", "debug", "nmi", "int3", "overflow", "bounds", "invalid opcode", "device not available",
	"double fault", "coprocessor segment overrun", "invalid TSS", "segment not present", "stack segment",
	"general protection fault", "page fault", "reserved", "x87 FPU error", "alignment check", "machine check",
	"simd exception",
};

static int die_counter;

void machine_exit(unsigned int code)
{
	for (;;) {
		outl(code, DEBUG_EXIT_PORT);
		local_irq_disable();
		__asm__ volatile("hlt");
	}
}

void panic(const char *format, ...)
{
	char message[256];
	va_list args;

	local_irq_disable();
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	printk(KERN_EMERG "Kernel panic - not syncing: %s\n", message);
	if (!die_counter++) {
		dump_stack();
		trap_panic(message);
	}
	machine_exit(EXIT_PANIC);
}

static void oops_end(const struct pt_regs *regs, const char *message)
{
	show_registers(regs);
	printk(KERN_EMERG "Kernel panic - not syncing: %s\n", message);
	trap_oops(regs, message);
	machine_exit(EXIT_PANIC);
}

static void die_page_fault(const struct pt_regs *regs)
{
	u64 address = read_cr2();
	char message[96];

	snprintf(message, sizeof(message), "Unable to handle kernel %s at %016lx",
		 address < PAGE_SIZE ? "NULL pointer dereference" : "paging request", address);
	printk(KERN_EMERG "%s RIP: \n [<%016lx>] \n", message, regs->rip);
	printk(KERN_EMERG "Oops: %04lx [%d] \n", regs->orig_rax, die_counter);
	oops_end(regs, message);
}

static int below_stack(u64 virt)
{
	return in_stack_guard(virt) || in_task_stack_guard(virt);
}

static void die_double_fault(const struct pt_regs *regs)
{
	u64 rsp = regs->rsp;

	if (below_stack(rsp) || below_stack(rsp - 8) || below_stack(read_cr2())) {
		printk(KERN_EMERG "kernel stack overflow: RSP %016lx\n", rsp);
		oops_end(regs, "kernel stack overflow");
	}
	printk(KERN_EMERG "double fault: %04lx [%d] \n", regs->orig_rax, die_counter);
	oops_end(regs, "double fault");
}

void do_exception(struct pt_regs *regs, unsigned int vector)
{
	const char *name = vector < ARRAY_SIZE(exception_names) ? exception_names[vector] : "unexpected interrupt";

	if (++die_counter > 2)
		machine_exit(EXIT_PANIC);
	if (vector == X86_TRAP_PF)
		die_page_fault(regs);
	else if (vector == X86_TRAP_DF)
		die_double_fault(regs);
	printk(KERN_EMERG "%s: %04lx [%d] \n", name, regs->orig_rax, die_counter);
	oops_end(regs, name);
}
