/* SPDX-License-Identifier: GPL-2.0-only */
/* Classes: what devices are to their users. */
#ifndef LINUX_DEVICE_CLASS_H
#define LINUX_DEVICE_CLASS_H

#include <kernel/api.h>
#include <linux/kobject.h>

struct device;
struct class;
struct class_attribute;
struct module;

/* What was made const later. */
#if API_BEFORE(6, 2)
#define __class_const
#define __class_uevent_const
#else
#define __class_const const
#define __class_uevent_const const
#endif
#if API_BEFORE(6, 4)
#define __class_attr_const
#else
#define __class_attr_const const
#endif

struct class {
	const char *name;
#if API_BEFORE(6, 4)
	struct module *owner;
#else
	struct module *__owner;
#endif
	struct class_attribute *class_attrs;
	const struct attribute_group **class_groups;
	const struct attribute_group **dev_groups;
	struct kobject *dev_kobj;
	int (*dev_uevent)(__class_uevent_const struct device *dev, struct kobj_uevent_env *env);
	char *(*devnode)(__class_const struct device *dev, umode_t *mode);
	void (*class_release)(__class_attr_const struct class *class);
	void (*dev_release)(struct device *dev);
	int (*shutdown_pre)(struct device *dev);
	const struct dev_pm_ops *pm;
	struct kobject kobj;		/* /sys/class/<name>; private to the core */
	unsigned char created;		/* by class_create() */
};

struct class_attribute {
	struct attribute attr;
	ssize_t (*show)(__class_attr_const struct class *class, __class_attr_const struct class_attribute *attr,
			char *buf);
	ssize_t (*store)(__class_attr_const struct class *class, __class_attr_const struct class_attribute *attr,
			 const char *buf, size_t count);
};

#define CLASS_ATTR_RO(_name) struct class_attribute class_attr_##_name = __ATTR_RO(_name)
#define CLASS_ATTR_WO(_name) struct class_attribute class_attr_##_name = __ATTR_WO(_name)
#define CLASS_ATTR_RW(_name) struct class_attribute class_attr_##_name = __ATTR_RW(_name)

struct class *__must_check __class_create(const char *name);
#if API_BEFORE(6, 4)
#define class_create(owner, name) ({ (void)(owner); __class_create(name); })
#else
#define class_create(name) __class_create(name)
#endif
#if API_BEFORE(6, 4)
int __must_check class_register(struct class *class);
void class_unregister(struct class *class);
void class_destroy(struct class *class);
#else
int __must_check class_register(const struct class *class);
void class_unregister(const struct class *class);
void class_destroy(const struct class *class);
#endif
int __must_check class_create_file(struct class *class, const struct class_attribute *attr);
void class_remove_file(struct class *class, const struct class_attribute *attr);

#endif
