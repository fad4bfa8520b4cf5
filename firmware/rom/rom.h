/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the ROM's files. */
#ifndef ROM_ROM_H
#define ROM_ROM_H

#include <kernel/boot_params.h>
#include <kernel/exit_codes.h>
#include <kernel/types.h>

void uart_init(void);
void uart_puts(const char *text);
void uart_put_hex(u64 number);

/* Print one line and end the run: `text`, and a number where it says more. */
void rom_fail(enum exit_code code, const char *text) __attribute__((noreturn));
void rom_fail_at(enum exit_code code, const char *text, u64 number) __attribute__((noreturn));

void read_memory_map(struct boot_params *params);
int ram_contains(const struct boot_params *params, u64 start, u64 size);

/* Load the kernel's segments; gives its entry point, and in `params` where it lies. */
u64 load_kernel(struct boot_params *params);

void enter_kernel(u64 entry, struct boot_params *params) __attribute__((noreturn));

#endif
