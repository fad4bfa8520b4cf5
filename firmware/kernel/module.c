// SPDX-License-Identifier: GPL-2.0-only
/* Loading and unloading of modules that are linked into the image. */
#include <linux/module.h>
#include <linux/string.h>

extern const struct initcall __start_initcalls[], __stop_initcalls[];
extern const struct exitcall __start_exitcalls[], __stop_exitcalls[];

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
