/* SPDX-License-Identifier: GPL-2.0-only */
/* How the kernel that drivers see is configured, and asking for it. */
#ifndef LINUX_KCONFIG_H
#define LINUX_KCONFIG_H

#define CONFIG_64BIT 1
#define CONFIG_X86 1
#define CONFIG_X86_64 1
#define CONFIG_HZ 250
#define CONFIG_HZ_250 1
#define CONFIG_HAS_DMA 1
#define CONFIG_HAS_IOMEM 1
#define CONFIG_HAS_IOPORT 1
#define CONFIG_DEBUG_FS 1
#define CONFIG_HIGH_RES_TIMERS 1
#define CONFIG_MMU 1
#define CONFIG_MODULES 1
#define CONFIG_MODULE_UNLOAD 1
#define CONFIG_PCI 1
#define CONFIG_PCI_MSI 1
#define CONFIG_PRINTK 1
#define CONFIG_PROC_FS 1
#define CONFIG_SYSFS 1

/* 1 where an option is defined as 1: what its name then turns into brings another argument to choose from. */
#define __ARG_PLACEHOLDER_1 0,
#define __take_second_arg(_ignored, value, ...) value
#define ___is_defined_arg(argument) __take_second_arg(argument 1, 0)
#define ___is_defined(value) ___is_defined_arg(__ARG_PLACEHOLDER_##value)
#define __is_defined(option) ___is_defined(option)
#define IS_BUILTIN(option) __is_defined(option)
#define IS_MODULE(option) __is_defined(option##_MODULE)
#define IS_ENABLED(option) (IS_BUILTIN(option) || IS_MODULE(option))
#define IS_REACHABLE(option) IS_ENABLED(option)

#endif
