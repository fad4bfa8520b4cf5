// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module that does what no kernel code may, one thing at a time: misbehave=WHAT on the command line. It shows how the
 * kernel, and the machine under it, end.
 */
#include <asm/io.h>
#include <asm/page.h>
#include <asm/processor.h>
#include <board.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/pci.h>

#include "acts.h"

#define NOWHERE 0x0000123400000000UL
#define EDU_BAR_OVER_RAM 0x01000000
#define PCI_CONFIG_ENABLE (1U << 31)

extern char _text[], __start_rodata[];
static char some_data[64];

static void null_pointer(void)
{
	*(volatile int *)8 = 1;
}

static void wild_pointer(void)
{
	*(volatile int *)0x1234567812345678 = 1;
}

static void write_text(void)
{
	*(volatile char *)_text = 0;
}

static void write_rodata(void)
{
	*(volatile char *)__start_rodata = 0;
}

static void run_data(void)
{
	((void (*)(void))some_data)();
}

static void jump_to_nowhere(void)
{
	((void (*)(void))NOWHERE)();
}

static int blow_stack(int depth)
{
	volatile char fill[512];

	fill[0] = depth;
	if (depth < 0)
		return 0;
	return blow_stack(depth + 1) + fill[0];
}

static void blow_the_stack(void)
{
	printk("%d\n", blow_stack(0));
}

static void divide_by_zero(void)
{
	int zero = 0;

	__asm__ volatile("xorl %%edx, %%edx; divl %0" : "+r"(zero) : "a"(1) : "edx");
}

static void meet_bug(void)
{
	BUG();
}

static void meet_panic(void)
{
	panic("as asked");
}

/* Without any page mapped for it, the first fault finds no handler, nor does the second: the CPU gives up. */
static void fault_thrice(void)
{
	struct { u16 limit; u64 address; } __packed no_idt = { 0, 0 };

	__asm__ volatile("lidt %0; int3" : : "m"(no_idt));
}

static void spin(void)
{
	for (;;)
		cpu_relax();
}

static void spin_with_interrupts_off(void)
{
	local_irq_disable();
	spin();
}

static void halt_with_interrupts_off(void)
{
	local_irq_disable();
	__asm__ volatile("hlt");
}

static void write_rom(void)
{
	char __iomem *rom = ioremap(ROM_BASE, ROM_SIZE);
	u32 before = readl(rom);

	writel(~before, rom);
	printk("misbehave: the ROM %s\n", readl(rom) == before ? "stays what it was" : "has changed");
	iounmap(rom);
}

static void read_nothing(void)
{
	char __iomem *nothing = ioremap(PCI_MEM_END - PAGE_SIZE, PAGE_SIZE);

	printk("misbehave: where nothing is reads %08x\n", readl(nothing));
	iounmap(nothing);
}

static void move_bar_over_ram(void)
{
	outl(PCI_CONFIG_ENABLE | EDU_DEVFN << 8 | PCI_BASE_ADDRESS_0, PCI_CONFIG_ADDRESS_PORT);
	outl(EDU_BAR_OVER_RAM, PCI_CONFIG_DATA_PORT);
	outl(PCI_CONFIG_ENABLE | EDU_DEVFN << 8 | PCI_COMMAND, PCI_CONFIG_ADDRESS_PORT);
	outl(PCI_COMMAND_MEMORY, PCI_CONFIG_DATA_PORT);
	printk("misbehave: the BAR is over RAM\n");
}

static const struct act acts[] = {
	{ "null", null_pointer },
	{ "wild", wild_pointer },
	{ "write-text", write_text },
	{ "write-rodata", write_rodata },
	{ "run-data", run_data },
	{ "jump", jump_to_nowhere },
	{ "stack", blow_the_stack },
	{ "divide", divide_by_zero },
	{ "bug", meet_bug },
	{ "panic", meet_panic },
	{ "triple", fault_thrice },
	{ "spin", spin },
	{ "spin-off", spin_with_interrupts_off },
	{ "halt-off", halt_with_interrupts_off },
	{ "rom", write_rom },
	{ "nothing", read_nothing },
	{ "bar", move_bar_over_ram },
};

static int misbehave_init(void)
{
	return perform_act("misbehave", acts, ARRAY_SIZE(acts));
}

static void misbehave_exit(void)
{
}

module_init(misbehave_init);
module_exit(misbehave_exit);
MODULE_LICENSE("GPL");
