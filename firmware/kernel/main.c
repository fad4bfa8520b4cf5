// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's start, in Linux's order. init/main.c */
#include <asm/page.h>
#include <asm/processor.h>
#include <linux/irqflags.h>
#include <linux/string.h>

#include "kernel.h"
#include "sched.h"

struct boot_params boot_params;
char saved_command_line[COMMAND_LINE_SIZE];

/* What the ROM left in low memory is ours only until the allocators give that memory away. */
static void copy_bootdata(const struct boot_params *from)
{
	boot_params = *from;
	strlcpy(saved_command_line, __va(from->command_line), sizeof(saved_command_line));
	boot_params.command_line = (u64)saved_command_line;
}

void __noreturn start_kernel(u64 boot_params_phys)
{
	int failed;

	copy_bootdata(__va(boot_params_phys));
	cpu_init();
	paging_init(&boot_params);

	printk(KERN_NOTICE "Linux version 2.6.24 (dmalab)\n");
	printk(KERN_INFO "Command line: %s\n", saved_command_line);
	console_init();
	setup_arch(&boot_params);
	build_all_zonelists();
	init_IRQ();
	sched_init();
	time_init();
	mem_init();
	kmem_cache_init();
	local_irq_enable();

	mm_initcalls();
	cpucache_init();
	sysfs_init();
	pci_init();
	isa_init();
	checkpoint("booted");
	system_running = 1;

	failed = run_steps();
	checkpoint("done");
	machine_exit(failed ? EXIT_STEP + failed - 1 : EXIT_OK);
}
