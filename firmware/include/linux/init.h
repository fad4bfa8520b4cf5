/* SPDX-License-Identifier: GPL-2.0-only */
/* What runs when the kernel starts, or when a module is loaded and unloaded. */
#ifndef LINUX_INIT_H
#define LINUX_INIT_H

#include <linux/compiler.h>
#include <linux/stringify.h>

/* Between <kernel.ld> and kernel/module.c: which function starts and ends which module. */
struct initcall {
	const char *module;
	int (*init)(void);
};

struct exitcall {
	const char *module;
	void (*exit)(void);
};

#define __define_initcall(function)						\
	static const struct initcall __initcall_##function __used		\
		__attribute__((section(".initcalls"), aligned(8))) = { KBUILD_MODNAME, function };
#define module_init(function) __define_initcall(function)
#define device_initcall(function) __define_initcall(function)
#define late_initcall(function) __define_initcall(function)
#define subsys_initcall(function) __define_initcall(function)
#define arch_initcall(function) __define_initcall(function)
#define fs_initcall(function) __define_initcall(function)
#define core_initcall(function) __define_initcall(function)
#define pure_initcall(function) __define_initcall(function)
#define postcore_initcall(function) __define_initcall(function)
#define early_initcall(function) __define_initcall(function)
#define rootfs_initcall(function) __define_initcall(function)
#define console_initcall(function) __define_initcall(function)
#define module_exit(function)							\
	static const struct exitcall __exitcall_##function __used		\
		__attribute__((section(".exitcalls"), aligned(8))) = { KBUILD_MODNAME, function };

#endif
