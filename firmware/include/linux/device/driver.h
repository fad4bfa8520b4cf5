/* SPDX-License-Identifier: GPL-2.0-only */
/* Buses, and drivers as all buses see them. */
#ifndef LINUX_DEVICE_DRIVER_H
#define LINUX_DEVICE_DRIVER_H

#include <linux/kobject.h>
#include <linux/pm.h>

struct device;
struct module;

struct bus_type {
	const char *name;
	const char *dev_name;
	const struct attribute_group **bus_groups, **dev_groups, **drv_groups;
	struct kobject *devices;	/* /sys/bus/<name>/devices; private to the core */
	struct kobject *drivers;
};

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
};

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

#endif
