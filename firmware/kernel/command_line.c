// SPDX-License-Identifier: GPL-2.0-only
/* Words of the command line: name, or name=value, separated by spaces. */
#include <linux/string.h>

#include "kernel.h"

int command_line_option(const char *name, char *value, size_t size)
{
	size_t length = strlen(name);

	for (const char *at = saved_command_line; *at; at++) {
		size_t filled = 0;

		if ((at != saved_command_line && at[-1] != ' ') || strncmp(at, name, length) || at[length] != '=')
			continue;
		for (at += length + 1; *at && *at != ' ' && filled + 1 < size; at++)
			value[filled++] = *at;
		value[filled] = 0;
		return 1;
	}
	return 0;
}

unsigned long command_line_number(const char *name, unsigned long otherwise)
{
	char value[24];

	return command_line_option(name, value, sizeof(value)) ? simple_strtoul(value, NULL, 0) : otherwise;
}
