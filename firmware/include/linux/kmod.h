/* SPDX-License-Identifier: GPL-2.0-only */
/* Modules that the kernel asks for: nobody is there to load them. */
#ifndef LINUX_KMOD_H
#define LINUX_KMOD_H

#include <linux/errno.h>
#include <linux/module.h>

#define request_module(name, ...) (-ENOSYS)
#define request_module_nowait(name, ...) (-ENOSYS)
#define try_then_request_module(expression, name, ...) (expression)

#endif
