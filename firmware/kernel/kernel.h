/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the kernel's files; not for drivers. */
#ifndef KERNEL_KERNEL_H
#define KERNEL_KERNEL_H

#include <kernel/boot_params.h>
#include <kernel/exit_codes.h>
#include <kernel/lab.h>
#include <kernel/ptrace.h>
#include <kernel/traps.h>
#include <linux/kernel.h>

extern char _text[], _etext[], __start_uninterrupted[], __stop_uninterrupted[];
extern char __start_rodata[], __end_rodata[], _sdata[], _edata[], _end[];
extern u64 swapper_pg_dir[512];
extern struct boot_params boot_params;
extern char saved_command_line[COMMAND_LINE_SIZE];

/* page_tables.c */
void paging_init(struct boot_params *params);
u64 alloc_low_page(void);
u64 *lookup_pte(u64 virt);
int kernel_address_readable(u64 virt);

/* descriptors.c */
void cpu_init(void);
int in_stack_guard(u64 virt);
int in_static_stack_guard(u64 virt);	/* workqueue.c */

/* oops.c, backtrace.c */
void machine_exit(unsigned int code) __noreturn;
void do_exception(struct pt_regs *regs, unsigned int vector);
void show_trace(u64 rbp);
void show_registers(const struct pt_regs *regs);

/* irq.c, time.c */
void init_IRQ(void);
void init_8259A(void);
void time_init(void);
u64 sched_clock(void);
void set_level_triggered(unsigned int irq);

/* printk.c, uart.c */
extern unsigned long log_end, con_start;
void console_init(void);
void release_console_sem(void);
void uart_init(void);
void uart_write(const char *text, size_t length);

/* trap.c */
void trap_panic(const char *message);
void trap_oops(const struct pt_regs *regs, const char *message);
void setup_arch(struct boot_params *params);
void build_all_zonelists(void);
void mem_init(void);
void kmem_cache_init(void);
void mm_initcalls(void);
void reap_caches(void);

/* slab_reap.c */
void cpucache_init(void);

/* pci_bus.c, isa.c */
void pci_init(void);
void isa_init(void);

/* module.c: a probe that fails does not fail its driver, but it does fail the step that loads it. */
void note_probe_error(int error);
int take_probe_error(void);

/* module.c: the module that the host has handed over */
int insert_module(void);
const char *loaded_module_name(void);
unsigned long module_pinned_at(void);	/* where the last reference was taken */
void forget_module(void);

/* time.c: cpu_relax() of modules */
void spin_relax(void);

/* user_task.c, and what it tells the host */
struct user_call;
int run_user_module(void);
void trap_user_wait(struct user_call *call, unsigned long user_phys);
void trap_module_state(int stage, int error, int probe_error);
void trap_leftover(const char *kind, const char *name, unsigned long caller);
void trap_driver_unmatched(const char *bus, const char *driver, const char *wanted, const char *present);

/* pci_driver.c, bus.c: tell of the drivers for which there is no device */
void report_unmatched_pci_drivers(void);
void report_unmatched_drivers(void);

/* kobject.c */
void sysfs_init(void);

/* sched_debug.c: tell of timers, works and threads whose functions lie in a module that has been unloaded */
void check_left_behind(const char *module, const void *start, size_t size);

/* steps.c, workload.c, caches.c */
int run_steps(void);
int replay_workload(void);
int exercise_caches(void);

#endif
