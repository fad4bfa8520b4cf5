// SPDX-License-Identifier: GPL-2.0-only
/* Backtraces along frame pointers, in the form of arch/x86/kernel/traps_64.c. The host adds the names. */
#include <asm/processor.h>
#include <kernel/track.h>
#include <linux/kernel.h>
#include <linux/sched.h>

#include "kernel.h"

#define TRACE_DEPTH 32
#define STACK_WORDS 12
#define CODE_BYTES 20

static int is_text(u64 addr)
{
	return (addr >= (u64)_text && addr < (u64)_etext) || in_module(addr);
}

static int word_readable(u64 addr)
{
	return !(addr & 7) && kernel_address_readable(addr);
}

/* Where the function at `rip` returns to, if it has no frame: one that a wild call led to, or of slab.c's short ways. */
static u64 frameless_caller(u64 rip, u64 rsp)
{
	u64 from;

	if (is_text(rip) && (rip < (u64)__start_uninterrupted || rip >= (u64)__stop_uninterrupted))
		return 0;
	from = word_readable(rsp) ? *(u64 *)rsp : 0;
	return is_text(from) ? from : 0;
}

static void show_address(u64 addr)
{
	printk(KERN_EMERG " [<%016lx>]\n", addr);
}

static void show_frames(u64 rbp)
{
	for (int depth = 0; depth < TRACE_DEPTH && word_readable(rbp) && word_readable(rbp + 8); depth++) {
		u64 up = *(u64 *)rbp;
		u64 from = *(u64 *)(rbp + 8);

		if (!is_text(from))
			break;
		show_address(from);
		rbp = up;
	}
	printk(KERN_EMERG "\n");
}

void show_trace(u64 rbp)
{
	printk(KERN_EMERG "\nCall Trace:\n");
	show_frames(rbp);
}

void dump_stack(void)
{
	show_trace((u64)__builtin_frame_address(0));
}

static void show_trace_of(const struct pt_regs *regs)
{
	u64 caller = frameless_caller(regs->rip, regs->rsp);

	printk(KERN_EMERG "\nCall Trace:\n");
	if (regs->rip)
		show_address(regs->rip);
	if (caller)
		show_address(caller);
	show_frames(regs->rbp);
}

static void show_stack(u64 rsp)
{
	printk(KERN_EMERG "Stack: ");
	for (int i = 0; i < STACK_WORDS && word_readable(rsp + 8 * i); i++) {
		if (i && i % 4 == 0)
			printk("\n" KERN_EMERG " ");
		printk(" %016lx", ((u64 *)rsp)[i]);
	}
	printk("\n");
}

static void show_code(u64 rip)
{
	printk(KERN_EMERG "Code: ");
	for (int i = 0; i < CODE_BYTES; i++) {
		if (!kernel_address_readable(rip + i)) {
			printk(" Bad RIP value.");
			break;
		}
		printk("%02x ", *(u8 *)(rip + i));
	}
	printk("\n");
}

static void show_regs(const struct pt_regs *regs)
{
	printk(KERN_EMERG "CPU 0 \n");
	printk(KERN_EMERG "Pid: %d, comm: %s Not tainted 2.6.24 #1\n", current->pid, current->comm);
	printk(KERN_EMERG "RIP: %04lx:[<%016lx>] \n", regs->cs & 0xffff, regs->rip);
	printk(KERN_EMERG "RSP: %04lx:%016lx  EFLAGS: %08lx\n", regs->ss & 0xffff, regs->rsp, regs->eflags);
	printk(KERN_EMERG "RAX: %016lx RBX: %016lx RCX: %016lx\n", regs->rax, regs->rbx, regs->rcx);
	printk(KERN_EMERG "RDX: %016lx RSI: %016lx RDI: %016lx\n", regs->rdx, regs->rsi, regs->rdi);
	printk(KERN_EMERG "RBP: %016lx R08: %016lx R09: %016lx\n", regs->rbp, regs->r8, regs->r9);
	printk(KERN_EMERG "R10: %016lx R11: %016lx R12: %016lx\n", regs->r10, regs->r11, regs->r12);
	printk(KERN_EMERG "R13: %016lx R14: %016lx R15: %016lx\n", regs->r13, regs->r14, regs->r15);
	printk(KERN_EMERG "CS:  %04lx SS: %04lx CR0: %016lx\n", regs->cs & 0xffff, regs->ss & 0xffff, read_cr0());
	printk(KERN_EMERG "CR2: %016lx CR3: %016lx CR4: %016lx\n", read_cr2(), read_cr3(), read_cr4());
}

void show_registers(const struct pt_regs *regs)
{
	show_regs(regs);
	show_stack(regs->rsp);
	show_trace_of(regs);
	show_code(regs->rip);
	printk(KERN_EMERG "RIP  [<%016lx>] \n RSP <%016lx>\n", regs->rip, regs->rsp);
}
