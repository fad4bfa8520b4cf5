// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading and unloading of modules: those that are linked into the image, and the one that the host has compiled, linked
 * to its place and put into fw_cfg. Its parts get the protection that the image's parts have. kernel/module.c
 */
#include <asm/page.h>
#include <asm/processor.h>
#include <kernel/fw_cfg.h>
#include <kernel/track.h>
#include <kernel/user_call.h>
#include <linux/module.h>
#include <linux/string.h>

#include "kasan.h"
#include "kernel.h"
#include "params.h"
#include "pgtable.h"
#include "sysfs.h"

extern const struct initcall __start_initcalls[], __stop_initcalls[];
extern const struct exitcall __start_exitcalls[], __stop_exitcalls[];

/* kernel/addresses.h has these for drivers; asm/page.h, as this file sees it, has the board's. */
_Static_assert(PAGE_SHIFT == 12 && PAGE_OFFSET == 0xffff810000000000UL, "the direct map, as drivers see it");
_Static_assert(KERNEL_MAP_BASE == 0xffffffff80000000UL && VMALLOC_BASE == 0xffffc20000000000UL, "the kernel's areas");

static int probe_error;
static struct module_header header;

struct module __this_module;		/* what THIS_MODULE is in the module that the host hands over */

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

const char *loaded_module_name(void)
{
	return header.name;
}

/* Whether an address lies in what the driver's author wrote. */
int in_driver(unsigned long addr)
{
	return addr >= header.own && addr < header.rodata;
}

static int is_loaded(const char *name)
{
	return header.magic && !strcmp(header.name, name);
}

static int read_part(struct fw_cfg_file *file, u32 *at, u64 start, u64 end)
{
	int error = fw_cfg_read(file, *at, (void *)start, end - start);

	*at += end - start;
	return error;
}

static void protect(u64 start, u64 end, u64 protection)
{
	for (u64 virt = start; virt < end; virt += PAGE_SIZE) {
		*lookup_pte(virt) = __pa(virt) | protection;
		invlpg((void *)virt);
	}
}

/* Take the pages of an unloaded module away. */
void forget_module(void)
{
	kasan_unpoison((void *)header.start, header.end - header.start);
	for (u64 virt = header.start; virt < header.end; virt += PAGE_SIZE) {
		*lookup_pte(virt) = 0;
		invlpg((void *)virt);
	}
}

static int read_module(void)
{
	struct fw_cfg_file file;
	u32 at = sizeof(header);

	if (fw_cfg_find(MODULE_FILE, &file) || fw_cfg_read(&file, 0, &header, sizeof(header)))
		return -ENOENT;
	if (header.magic != MODULE_MAGIC || header.version != 3)
		return -ENOEXEC;
	protect(header.start, header.end, PAGE_KERNEL);
	memset((void *)header.start, 0, header.end - header.start);
	if (read_part(&file, &at, header.start, header.bss))
		return -ENOEXEC;
	protect(header.start, header.rodata, PAGE_KERNEL_EXEC_RO);
	protect(header.rodata, header.data, PAGE_KERNEL_RO);
	return 0;
}

static void enter_sysfs(void)
{
	static const struct kobj_type module_ktype;

	strlcpy(__this_module.name, header.name, sizeof(__this_module.name));
	kobject_init(&__this_module.kobj, &module_ktype);
	__this_module.kobj.name = __this_module.name;
	kobject_attach(&__this_module.kobj, sysfs_module);
	add_params((const struct kernel_param *)header.params[0], (const struct kernel_param *)header.params[1]);
}

/* kernel/module.c: do_mod_ctors */
static void call_ctors(void)
{
	for (void (**ctor)(void) = (void *)header.ctors[0]; ctor < (void (**)(void))header.ctors[1]; ctor++)
		(*ctor)();
}

static void leave_sysfs(void)
{
	remove_params();
	kobject_del(&__this_module.kobj);
}

static int call_inits(void)
{
	const struct initcall *call = (const struct initcall *)header.initcalls[0];
	int error = 0;

	for (; call < (const struct initcall *)header.initcalls[1] && !error; call++)
		error = call->init();
	if (!error && header.init_module)
		error = ((int (*)(void))header.init_module)();
	return error;
}

int insert_module(void)
{
	int error = read_module();

	if (error) {
		printk(KERN_ERR "module: cannot read what the host has handed over: error %d\n", error);
		return error;
	}
	__this_module.state = MODULE_STATE_COMING;
	call_ctors();
	enter_sysfs();
	error = parse_params((const struct kernel_param *)header.params[0],
			     (const struct kernel_param *)header.params[1]);
	if (!error)
		error = call_inits();
	__this_module.state = MODULE_STATE_LIVE;
	if (error > 0)
		printk(KERN_WARNING "do_init_module: '%s'->init suspiciously returned %d, it should follow "
		       "0/-E convention\n", header.name, error);
	if (error >= 0)
		return 0;
	printk(KERN_WARNING "%s: module init returned %d\n", header.name, error);
	leave_sysfs();
	return error;
}

static int remove_module(void)
{
	const struct exitcall *call = (const struct exitcall *)header.exitcalls[0];

	if (__this_module.state != MODULE_STATE_LIVE)
		return -ENOENT;
	if (__this_module.refcnt) {
		printk(KERN_WARNING "%s: module is in use by %d\n", header.name, __this_module.refcnt);
		return -EWOULDBLOCK;
	}
	if (call == (const struct exitcall *)header.exitcalls[1] && !header.cleanup_module)
		printk(KERN_WARNING "%s: module has no exit function: it cannot be unloaded\n", header.name);
	__this_module.state = MODULE_STATE_GOING;
	for (; call < (const struct exitcall *)header.exitcalls[1]; call++)
		call->exit();
	if (header.cleanup_module)
		((void (*)(void))header.cleanup_module)();
	check_left_behind(header.name, (void *)(KERNEL_MAP_BASE + MODULE_PHYS), MODULE_PHYS_END - MODULE_PHYS);
	leave_sysfs();
	__this_module.state = MODULE_STATE_UNFORMED;
	return 0;
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
	if (is_loaded(name))
		return remove_module();
	for (const struct exitcall *call = __start_exitcalls; call < __stop_exitcalls; call++) {
		if (!strcmp(call->module, name)) {
			call->exit();
			return 0;
		}
	}
	return -ENOENT;
}

static unsigned long pinned_at;

unsigned long module_pinned_at(void)
{
	return pinned_at;
}

static void pin(struct module *module, void *caller)
{
	if (!module)
		return;
	module->refcnt++;
	pinned_at = driver_line((unsigned long)caller);
}

bool try_module_get(struct module *module)
{
	if (module && module->state == MODULE_STATE_GOING)
		return false;
	pin(module, __builtin_return_address(0));
	return true;
}

void __module_get(struct module *module)
{
	pin(module, __builtin_return_address(0));
}

void module_put(struct module *module)
{
	if (module)
		WARN_ON(--module->refcnt < 0);
}
