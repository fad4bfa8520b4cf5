/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files under /sys and those who make and open them. */
#ifndef KERNEL_SYSFS_H
#define KERNEL_SYSFS_H

#include <linux/kobject.h>
#include <linux/stdarg.h>

#define SYSFS_PATH_LENGTH 256

int device_link(const struct kobject *kobj, char *path, size_t size);

/* One file: an attribute of an object, perhaps in a folder of its group. */
struct sysfs_node {
	struct list_head list;
	struct kobject *kobj;
	const struct attribute *attr;
	const char *folder;		/* NULL: none */
	umode_t mode;
	bool is_binary;
};

extern struct list_head sysfs_kobjects, sysfs_nodes;
extern struct kobject *sysfs_devices, *sysfs_virtual, *sysfs_class, *sysfs_bus, *sysfs_module, *sysfs_debug;

void sysfs_init(void);
void sysfs_remove_all(struct kobject *kobj);
int sysfs_path(const struct sysfs_node *node, char *path, size_t size);
struct sysfs_node *sysfs_find(const char *path);
int kobject_set_name_vargs(struct kobject *kobj, const char *format, va_list args) __printf(2, 0);
int kobject_attach(struct kobject *kobj, struct kobject *parent);

#endif
