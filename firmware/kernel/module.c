// SPDX-License-Identifier: GPL-2.0-only
/* Loading and unloading of modules that are linked into the image. */
#include <linux/module.h>
#include <linux/string.h>

#include "kernel.h"

extern const struct initcall __start_initcalls[], __stop_initcalls[];
extern const struct exitcall __start_exitcalls[], __stop_exitcalls[];

static int probe_error;

void note_probe_error(int error)
{
	probe_error = error;
}

int take_probe_error(void)
{
	int error = probe_error;

	probe_error = 0;
	return error;
}

int load_module(const char *name)
{
	for (const struct initcall *call = __start_initcalls; call < __stop_initcalls; call++)
		if (!strcmp(call->module, name))
			return call->init();
	return -ENOENT;
}

int unload_module(const char *name)
{
	for (const struct exitcall *call = __start_exitcalls; call < __stop_exitcalls; call++) {
		if (!strcmp(call->module, name)) {
			call->exit();
			return 0;
		}
	}
	return -ENOENT;
}
