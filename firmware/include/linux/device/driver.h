/* SPDX-License-Identifier: GPL-2.0-only */
/* Buses, and drivers as all buses see them. */
#ifndef LINUX_DEVICE_DRIVER_H
#define LINUX_DEVICE_DRIVER_H

#include <kernel/api.h>
#include <linux/kobject.h>
#include <linux/pm.h>

struct device;
struct device_driver;
struct module;

/* What was made const, or returned nothing, later. */
#if API_BEFORE(6, 3)
#define __bus_uevent_const
#else
#define __bus_uevent_const const
#endif
#if API_BEFORE(6, 9)
#define __bus_const
#else
#define __bus_const const
#endif
#if API_BEFORE(6, 11)
#define __bus_match_const
#else
#define __bus_match_const const
#endif

struct bus_type {
	const char *name;
	const char *dev_name;
	const struct attribute_group **bus_groups, **dev_groups, **drv_groups;
	int (*match)(struct device *dev, __bus_match_const struct device_driver *driver);
	int (*uevent)(__bus_uevent_const struct device *dev, struct kobj_uevent_env *env);
	int (*probe)(struct device *dev);
#if API_BEFORE(5, 15)
	int (*remove)(struct device *dev);
#else
	void (*remove)(struct device *dev);
#endif
	void (*shutdown)(struct device *dev);
	int (*suspend)(struct device *dev, pm_message_t state);
	int (*resume)(struct device *dev);
	const struct dev_pm_ops *pm;
	struct kobject *devices;	/* of PCI; other buses have theirs in the core */
	struct kobject *drivers;
};

struct bus_attribute {
	struct attribute attr;
	ssize_t (*show)(__bus_const struct bus_type *bus, char *buf);
	ssize_t (*store)(__bus_const struct bus_type *bus, const char *buf, size_t count);
};

#define BUS_ATTR_RW(_name) struct bus_attribute bus_attr_##_name = __ATTR_RW(_name)
#define BUS_ATTR_RO(_name) struct bus_attribute bus_attr_##_name = __ATTR_RO(_name)
#define BUS_ATTR_WO(_name) struct bus_attribute bus_attr_##_name = __ATTR_WO(_name)
#define BUS_ATTR(_name, _mode, _show, _store)					\
	struct bus_attribute bus_attr_##_name = __ATTR(_name, _mode, _show, _store)

int __must_check bus_register(__bus_const struct bus_type *bus);
void bus_unregister(__bus_const struct bus_type *bus);
int __must_check bus_create_file(__bus_const struct bus_type *bus, struct bus_attribute *attr);
void bus_remove_file(__bus_const struct bus_type *bus, struct bus_attribute *attr);
int bus_for_each_dev(const struct bus_type *bus, struct device *start, void *data,
		     int (*function)(struct device *dev, void *data));
int bus_for_each_drv(const struct bus_type *bus, struct device_driver *start, void *data,
		     int (*function)(struct device_driver *driver, void *data));
struct device *bus_find_device_by_name(const struct bus_type *bus, struct device *start, const char *name);

enum probe_type { PROBE_DEFAULT_STRATEGY, PROBE_PREFER_ASYNCHRONOUS, PROBE_FORCE_SYNCHRONOUS };

struct device_driver {
	const char *name;
	const struct bus_type *bus;
	struct module *owner;
	const char *mod_name;
	bool suppress_bind_attrs;
	enum probe_type probe_type;
	const struct of_device_id *of_match_table;
	int (*probe)(struct device *dev);
	int (*remove)(struct device *dev);
	void (*shutdown)(struct device *dev);
	int (*suspend)(struct device *dev, pm_message_t state);
	int (*resume)(struct device *dev);
	const struct attribute_group **groups;
	const struct attribute_group **dev_groups;
	const struct dev_pm_ops *pm;
	struct kobject kobj;		/* private to the core */
	struct list_head bus_node;
	unsigned int matched;		/* devices that the bus has found it fit for */
};

/* Of buses that were registered: PCI drivers have calls of their own. */
int __must_check driver_register(struct device_driver *driver);
void driver_unregister(struct device_driver *driver);
int driver_for_each_device(struct device_driver *driver, struct device *start, void *data,
			   int (*function)(struct device *dev, void *data));
int __must_check device_attach(struct device *dev);
int __must_check device_bind_driver(struct device *dev);
void device_release_driver(struct device *dev);

struct driver_attribute {
	struct attribute attr;
	ssize_t (*show)(struct device_driver *driver, char *buf);
	ssize_t (*store)(struct device_driver *driver, const char *buf, size_t count);
};

#define DRIVER_ATTR_RW(_name) struct driver_attribute driver_attr_##_name = __ATTR_RW(_name)
#define DRIVER_ATTR_RO(_name) struct driver_attribute driver_attr_##_name = __ATTR_RO(_name)
#define DRIVER_ATTR_WO(_name) struct driver_attribute driver_attr_##_name = __ATTR_WO(_name)
#define DRIVER_ATTR(_name, _mode, _show, _store)				\
	struct driver_attribute driver_attr_##_name = __ATTR(_name, _mode, _show, _store)

int __must_check driver_create_file(struct device_driver *driver, const struct driver_attribute *attr);
void driver_remove_file(struct device_driver *driver, const struct driver_attribute *attr);

#define module_driver(driver, register, unregister, ...)			\
static int __init driver##_init(void)						\
{										\
	return register(&(driver), ##__VA_ARGS__);				\
}										\
module_init(driver##_init);							\
static void __exit driver##_exit(void)						\
{										\
	unregister(&(driver), ##__VA_ARGS__);					\
}										\
module_exit(driver##_exit)

/* What is part of the kernel in Linux, and is never unloaded. */
#define builtin_driver(driver, register, ...)					\
static int __init driver##_init(void)						\
{										\
	return register(&(driver), ##__VA_ARGS__);				\
}										\
device_initcall(driver##_init)

#endif
