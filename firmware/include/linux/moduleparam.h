/* SPDX-License-Identifier: GPL-2.0-only */
/* Variables of a module that are set when it is loaded: `module.name=value` on the kernel's command line. */
#ifndef LINUX_MODULEPARAM_H
#define LINUX_MODULEPARAM_H

#include <linux/init.h>
#include <linux/stat.h>
#include <linux/stringify.h>
#include <linux/types.h>

#define __MODULE_STRING(text) __stringify(text)

struct kernel_param;

struct kernel_param_ops {
	unsigned int flags;
	int (*set)(const char *value, const struct kernel_param *kp);
	int (*get)(char *buffer, const struct kernel_param *kp);
	void (*free)(void *arg);
};

struct kparam_string {
	unsigned int maxlen;
	char *string;
};

struct kparam_array {
	unsigned int max;
	unsigned int elemsize;
	unsigned int *num;
	const struct kernel_param_ops *ops;
	void *elem;
};

struct kernel_param {
	const char *module;
	const char *name;
	const struct kernel_param_ops *ops;
	umode_t perm;
	union {
		void *arg;
		const struct kparam_string *str;
		const struct kparam_array *arr;
	};
};

extern const struct kernel_param_ops param_ops_byte, param_ops_short, param_ops_ushort, param_ops_int, param_ops_uint,
	param_ops_long, param_ops_ulong, param_ops_ullong, param_ops_hexint, param_ops_charp, param_ops_bool,
	param_ops_invbool, param_ops_bint, param_ops_bool_enable_only, param_ops_string, param_array_ops;
/* What the operations of each type are made of, for those who make others of them. */
#define DEFINE_PARAM_OPS(type)							\
int param_set_##type(const char *value, const struct kernel_param *kp);		\
int param_get_##type(char *buffer, const struct kernel_param *kp);

DEFINE_PARAM_OPS(byte)
DEFINE_PARAM_OPS(short)
DEFINE_PARAM_OPS(ushort)
DEFINE_PARAM_OPS(int)
DEFINE_PARAM_OPS(uint)
DEFINE_PARAM_OPS(long)
DEFINE_PARAM_OPS(ulong)
DEFINE_PARAM_OPS(ullong)
DEFINE_PARAM_OPS(hexint)
DEFINE_PARAM_OPS(bool)
DEFINE_PARAM_OPS(invbool)
DEFINE_PARAM_OPS(charp)

int param_set_bint(const char *value, const struct kernel_param *kp);
int param_set_bool_enable_only(const char *value, const struct kernel_param *kp);
int param_set_copystring(const char *value, const struct kernel_param *kp);
int param_get_string(char *buffer, const struct kernel_param *kp);
int param_set_uint_minmax(const char *value, const struct kernel_param *kp, unsigned int min, unsigned int max);
#define param_get_bint param_get_int
#define param_get_bool_enable_only param_get_bool
#define kernel_param_lock(module) ((void)(module))
#define kernel_param_unlock(module) ((void)(module))

#define __module_param_call(name, ops, arg, perm)				\
	static const struct kernel_param __param_##name __used			\
		__attribute__((section(".params"), aligned(8))) =		\
		{ KBUILD_MODNAME, #name, ops, perm, { (void *)(arg) } }
#define module_param_cb(name, ops, arg, perm) __module_param_call(name, ops, arg, perm)
#define module_param_cb_unsafe(name, ops, arg, perm) module_param_cb(name, ops, arg, perm)
#define module_param_call(name, _set, _get, arg, perm)				\
	static const struct kernel_param_ops __param_ops_##name = { .set = _set, .get = _get };	\
	__module_param_call(name, &__param_ops_##name, arg, perm)
#define device_param_cb(name, ops, arg, perm) module_param_cb(name, ops, arg, perm)
#define arch_param_cb(name, ops, arg, perm) module_param_cb(name, ops, arg, perm)
#define late_param_cb(name, ops, arg, perm) module_param_cb(name, ops, arg, perm)
#define module_param_named(name, value, type, perm) __module_param_call(name, &param_ops_##type, &value, perm)
#define module_param(name, type, perm) module_param_named(name, name, type, perm)
#define module_param_named_unsafe module_param_named
#define module_param_unsafe module_param
#define module_param_hw(name, type, hwtype, perm) module_param(name, type, perm)
#define module_param_hw_named(name, value, type, hwtype, perm) module_param_named(name, value, type, perm)
#define module_param_hw_array(name, type, hwtype, nump, perm) module_param_array(name, type, nump, perm)
#define module_param_string(name, string, length, perm)				\
	static const struct kparam_string __param_string_##name = { length, string }; \
	__module_param_call(name, &param_ops_string, &__param_string_##name, perm)
#define module_param_array_named(name, array, type, nump, perm)			\
	static const struct kparam_array __param_array_##name = {		\
		sizeof(array) / sizeof((array)[0]), sizeof((array)[0]), nump, &param_ops_##type, array }; \
	__module_param_call(name, &param_array_ops, &__param_array_##name, perm)
#define module_param_array(name, type, nump, perm) module_param_array_named(name, name, type, nump, perm)
#define MODULE_PARM_DESC(name, text) _Static_assert(sizeof(text) > 0, #name)

#endif
