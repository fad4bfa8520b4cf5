/* SPDX-License-Identifier: GPL-2.0-only */
/* Who a module is, and what it gives to others. */
#ifndef LINUX_EXPORT_H
#define LINUX_EXPORT_H

#include <linux/stringify.h>

struct module;

#ifdef MODULE
extern struct module __this_module;
#define THIS_MODULE (&__this_module)
#else
#define THIS_MODULE ((struct module *)0)
#endif

#define EXPORT_SYMBOL(name) extern typeof(name) name
#define EXPORT_SYMBOL_GPL(name) extern typeof(name) name
#define EXPORT_SYMBOL_GPL_FUTURE(name) extern typeof(name) name
#define EXPORT_UNUSED_SYMBOL(name) extern typeof(name) name
#define EXPORT_UNUSED_SYMBOL_GPL(name) extern typeof(name) name
#define EXPORT_SYMBOL_FOR_MODULES(name, modules) extern typeof(name) name
#define EXPORT_SYMBOL_NS(name, space) extern typeof(name) name
#define EXPORT_SYMBOL_NS_GPL(name, space) extern typeof(name) name

#endif
