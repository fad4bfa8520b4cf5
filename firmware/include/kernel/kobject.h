/* SPDX-License-Identifier: GPL-2.0-only */
/* Objects with a name and a place under /sys, and the count of those who hold them. include/linux/kobject.h */
#ifndef KERNEL_KOBJECT_H
#define KERNEL_KOBJECT_H

#include <kernel/list.h>
#include <linux/refcount_types.h>

struct kref {
	refcount_t refcount;
};

struct kset;
struct kobj_type;

struct kobject {
	const char *name;
	struct list_head entry;		/* on the list of all that are in sysfs */
	struct kobject *parent;
	struct kset *kset;
	const struct kobj_type *ktype;
	struct kref kref;
	unsigned int state_initialized : 1;
	unsigned int state_in_sysfs : 1;
	unsigned int name_allocated : 1;
};

#endif
