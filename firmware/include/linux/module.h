/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Modules. All are linked into the image; the kernel loads one by name, which calls its init, and unloads it, which
 * calls its exit. The name is that of the source file: KBUILD_MODNAME, set on the compiler's command line.
 */
#ifndef LINUX_MODULE_H
#define LINUX_MODULE_H

#include <linux/compiler.h>
#include <linux/kernel.h>

struct module;
#define THIS_MODULE ((struct module *)0)

struct initcall {
	const char *module;
	int (*init)(void);
};

struct exitcall {
	const char *module;
	void (*exit)(void);
};

#define __stringify_1(x) #x
#define __stringify(x) __stringify_1(x)
#define MODULE_NAME __stringify(KBUILD_MODNAME)

#define module_init(function)							\
	static const struct initcall __initcall_##function __used		\
		__attribute__((section(".initcalls"))) = { MODULE_NAME, function }
#define module_exit(function)							\
	static const struct exitcall __exitcall_##function __used		\
		__attribute__((section(".exitcalls"))) = { MODULE_NAME, function }

#define MODULE_LICENSE(text)
#define MODULE_AUTHOR(text)
#define MODULE_DESCRIPTION(text)
#define MODULE_DEVICE_TABLE(type, name)
#define EXPORT_SYMBOL(name)
#define EXPORT_SYMBOL_GPL(name)

/* What the module's init gave; -ENOENT where there is none of that name. */
int load_module(const char *name);
int unload_module(const char *name);

#endif
