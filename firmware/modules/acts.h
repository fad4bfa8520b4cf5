/* SPDX-License-Identifier: GPL-2.0-only */
/* Modules that do one of several things: the one that their option on the kernel's command line names. */
#ifndef MODULES_ACTS_H
#define MODULES_ACTS_H

#include <kernel/lab.h>
#include <linux/errno.h>
#include <linux/string.h>

struct act {
	const char *name;
	void (*act)(void);
};

/* Returns: -EINVAL without the option, -ENOENT if it names none of `acts` */
static inline int perform_act(const char *option, const struct act *acts, size_t count)
{
	char what[24];

	if (!command_line_option(option, what, sizeof(what)))
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(acts[i].name, what))
			continue;
		acts[i].act();
		return 0;
	}
	return -ENOENT;
}

#endif
