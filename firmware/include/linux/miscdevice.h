/* SPDX-License-Identifier: GPL-2.0-only */
/* Character devices of one minor number each, all under major 10. */
#ifndef LINUX_MISCDEVICE_H
#define LINUX_MISCDEVICE_H

#include <linux/device.h>
#include <linux/list.h>
#include <linux/major.h>
#include <linux/module.h>

#define PSMOUSE_MINOR 1
#define WATCHDOG_MINOR 130
#define TEMP_MINOR 131
#define RTC_MINOR 135
#define NVRAM_MINOR 144
#define HWRNG_MINOR 183
#define HPET_MINOR 228
#define MISC_DYNAMIC_MINOR 255

struct file_operations;

struct miscdevice {
	int minor;
	const char *name;
	const struct file_operations *fops;
	struct list_head list;
	struct device *parent;
	struct device *this_device;
	const struct attribute_group **groups;
	const char *nodename;
	umode_t mode;
};

int misc_register(struct miscdevice *misc);
void __misc_deregister(struct miscdevice *misc);

#if API_BEFORE(4, 3)
static inline int misc_deregister(struct miscdevice *misc)
{
	__misc_deregister(misc);
	return 0;
}
#else
static inline void misc_deregister(struct miscdevice *misc)
{
	__misc_deregister(misc);
}
#endif

#define module_misc_device(misc) module_driver(misc, misc_register, misc_deregister)

#endif
