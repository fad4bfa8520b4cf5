// SPDX-License-Identifier: GPL-2.0-only
/* Words of the command line: name, or name=value, separated by spaces. */
#include <linux/string.h>

#include "kernel.h"

/* Find the word that begins with `name` and goes on with `next`; give what follows. */
static const char *find_word(const char *name, char next)
{
	size_t length = strlen(name);

	for (const char *at = saved_command_line; *at; at++) {
		if (at != saved_command_line && at[-1] != ' ')
			continue;
		if (!strncmp(at, name, length) && (at[length] == next || (next == ' ' && !at[length])))
			return at + length + 1;
	}
	return NULL;
}

int command_line_flag(const char *name)
{
	return find_word(name, ' ') != NULL;
}

int command_line_option(const char *name, char *value, size_t size)
{
	const char *at = find_word(name, '=');
	size_t filled = 0;

	if (!at)
		return 0;
	for (; *at && *at != ' ' && filled + 1 < size; at++)
		value[filled++] = *at;
	value[filled] = 0;
	return 1;
}

unsigned long command_line_number(const char *name, unsigned long otherwise)
{
	char value[24];

	return command_line_option(name, value, sizeof(value)) ? simple_strtoul(value, NULL, 0) : otherwise;
}
