/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Modules: those that are linked into the image, which the kernel loads by name, and the one that the host hands over.
 * The name is KBUILD_MODNAME, a string set on the compiler's command line.
 */
#ifndef LINUX_MODULE_H
#define LINUX_MODULE_H

#include <linux/compiler.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/stat.h>

#define MODULE_NAME_LEN 56

enum module_state { MODULE_STATE_LIVE, MODULE_STATE_COMING, MODULE_STATE_GOING, MODULE_STATE_UNFORMED };

struct module {
	enum module_state state;
	char name[MODULE_NAME_LEN];
	int refcnt;
	struct kobject kobj;
	int (*init)(void);
	void (*exit)(void);
	const char *version;
};

#define MODULE_LICENSE(text) _Static_assert(sizeof(text) > 0, "a licence")
#define MODULE_AUTHOR(text) _Static_assert(sizeof(text) > 0, "an author")
#define MODULE_DESCRIPTION(text) _Static_assert(sizeof(text) > 0, "a description")
#define MODULE_VERSION(text) _Static_assert(sizeof(text) > 0, "a version")
#define MODULE_ALIAS(text) _Static_assert(sizeof(text) > 0, "an alias")
#define MODULE_SOFTDEP(text) _Static_assert(sizeof(text) > 0, "dependencies")
#define MODULE_WEAKDEP(text) _Static_assert(sizeof(text) > 0, "dependencies")
#define MODULE_ALIAS_BLOCKDEV(major, minor) MODULE_ALIAS("block-major-" __stringify(major) "-" __stringify(minor))
#define MODULE_ALIAS_BLOCKDEV_MAJOR(major) MODULE_ALIAS("block-major-" __stringify(major) "-*")
#define MODULE_ALIAS_CHARDEV(major, minor) MODULE_ALIAS("char-major-" __stringify(major) "-" __stringify(minor))
#define MODULE_ALIAS_CRYPTO(name) MODULE_ALIAS("crypto-" name)
#define MODULE_ALIAS_FS(name) MODULE_ALIAS("fs-" name)
#define MODULE_ALIAS_LDISC(number) MODULE_ALIAS("tty-ldisc-" __stringify(number))
#define MODULE_ALIAS_NETPROTO(number) MODULE_ALIAS("net-pf-" __stringify(number))
#define MODULE_FIRMWARE(text) _Static_assert(sizeof(text) > 0, "a file")
#define MODULE_INFO(tag, text) _Static_assert(sizeof(text) > 0, #tag)
#define MODULE_IMPORT_NS(space) _Static_assert(1, "a namespace")
#define MODULE_SUPPORTED_DEVICE(text) _Static_assert(sizeof(text) > 0, "a device")
#define MODULE_ALIAS_CHARDEV_MAJOR(major) MODULE_ALIAS("char-major-" __stringify(major) "-*")
#define MODULE_ALIAS_MISCDEV(minor) MODULE_ALIAS("char-major-10-" __stringify(minor))
#define MODULE_DEVICE_TABLE(type, name)						\
	extern typeof(name) __mod_##type##__##name##_device_table		\
		__attribute__((unused, alias(__stringify(name))))

/* What another module gives: here it is there, or the link has failed. */
#define symbol_get(name) ({ extern typeof(name) name; &(name); })
#define symbol_request(name) symbol_get(name)
#define symbol_put(name) do {} while (0)
#define symbol_put_addr(address) ((void)(address))
#define module_is_live(module) ((module)->state != MODULE_STATE_GOING)

/* A module that is in use is not unloaded. */
bool try_module_get(struct module *module);
void __module_get(struct module *module);
void module_put(struct module *module);
static inline int module_refcount(struct module *module)
{
	return module ? module->refcnt : 0;
}

static inline const char *module_name(const struct module *module)
{
	return module ? module->name : "kernel";
}

/* What the module's init gave; -ENOENT where there is none of that name. */
int load_module(const char *name);
int unload_module(const char *name);

#include <kernel/everything.h>

#endif
