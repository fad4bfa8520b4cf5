// SPDX-License-Identifier: GPL-2.0-only
/* The ROM: find out what RAM there is, load the kernel that the host offers, and enter it. */
#include <asm/io.h>
#include <board.h>
#include <kernel/fw_cfg.h>

#include "rom.h"

static struct boot_params params;
static char command_line[COMMAND_LINE_SIZE];

void rom_fail(enum exit_code code, const char *text)
{
	uart_puts("rom: ");
	uart_puts(text);
	uart_puts("\n");
	for (;;) {
		outl(code, DEBUG_EXIT_PORT);
		__asm__ volatile("cli; hlt");
	}
}

void rom_fail_at(enum exit_code code, const char *text, u64 number)
{
	uart_puts("rom: ");
	uart_put_hex(number);
	uart_puts(": ");
	uart_puts(text);
	uart_puts("\n");
	rom_fail(code, "stopped");
}

static void read_command_line(void)
{
	struct fw_cfg_file file;

	if (fw_cfg_find("opt/dmalab/cmdline", &file))
		return;
	if (file.size >= sizeof(command_line))
		rom_fail_at(EXIT_BAD_IMAGE, "bytes of command line, expected fewer than 2048", file.size);
	if (fw_cfg_read(&file, 0, command_line, file.size))
		rom_fail(EXIT_NO_FW_CFG, "the command line cannot be read");
}

void rom_main(void)
{
	uart_init();
	if (!fw_cfg_present())
		rom_fail(EXIT_NO_FW_CFG, "no fw_cfg with DMA found");
	read_memory_map(&params);
	read_command_line();
	params.command_line = (u64)command_line;
	enter_kernel(load_kernel(&params), &params);
}
