/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices, as drivers see them. */
#ifndef LINUX_DEVICE_H
#define LINUX_DEVICE_H

#include <kernel/api.h>
#include <kernel/device.h>
#include <linux/dev_printk.h>
#include <linux/device/class.h>
#include <linux/device/driver.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/kdev_t.h>

#define BUS_ID_SIZE 20

struct device_type {
	const char *name;
	const struct attribute_group **groups;
	void (*release)(struct device *dev);
};

struct device_attribute {
	struct attribute attr;
	ssize_t (*show)(struct device *dev, struct device_attribute *attr, char *buf);
	ssize_t (*store)(struct device *dev, struct device_attribute *attr, const char *buf, size_t count);
};

struct dev_ext_attribute {
	struct device_attribute attr;
	void *var;
};

#define DEVICE_ATTR(_name, _mode, _show, _store)				\
	struct device_attribute dev_attr_##_name = __ATTR(_name, _mode, _show, _store)
#define DEVICE_ATTR_RW(_name) struct device_attribute dev_attr_##_name = __ATTR_RW(_name)
#define DEVICE_ATTR_RO(_name) struct device_attribute dev_attr_##_name = __ATTR_RO(_name)
#define DEVICE_ATTR_WO(_name) struct device_attribute dev_attr_##_name = __ATTR_WO(_name)
#define DEVICE_ATTR_ADMIN_RW(_name) struct device_attribute dev_attr_##_name = __ATTR_RW_MODE(_name, 0600)
#define DEVICE_ATTR_ADMIN_RO(_name) struct device_attribute dev_attr_##_name = __ATTR_RO_MODE(_name, 0400)

/* Of a variable: files that show it and set it. */
#define DEVICE_ULONG_ATTR(_name, _mode, _var)					\
	struct dev_ext_attribute dev_attr_##_name = { __ATTR(_name, _mode, device_show_ulong, device_store_ulong), &(_var) }
#define DEVICE_INT_ATTR(_name, _mode, _var)					\
	struct dev_ext_attribute dev_attr_##_name = { __ATTR(_name, _mode, device_show_int, device_store_int), &(_var) }
#define DEVICE_BOOL_ATTR(_name, _mode, _var)					\
	struct dev_ext_attribute dev_attr_##_name = { __ATTR(_name, _mode, device_show_bool, device_store_bool), &(_var) }
#define DEVICE_STRING_ATTR_RO(_name, _mode, _var)				\
	struct dev_ext_attribute dev_attr_##_name = { __ATTR(_name, (_mode) & ~0222, device_show_string, NULL), (_var) }
ssize_t device_show_ulong(struct device *dev, struct device_attribute *attr, char *buf);
ssize_t device_store_ulong(struct device *dev, struct device_attribute *attr, const char *buf, size_t count);
ssize_t device_show_int(struct device *dev, struct device_attribute *attr, char *buf);
ssize_t device_store_int(struct device *dev, struct device_attribute *attr, const char *buf, size_t count);
ssize_t device_show_bool(struct device *dev, struct device_attribute *attr, char *buf);
ssize_t device_store_bool(struct device *dev, struct device_attribute *attr, const char *buf, size_t count);
ssize_t device_show_string(struct device *dev, struct device_attribute *attr, char *buf);

#define kobj_to_dev(kobject) container_of(kobject, struct device, kobj)

void device_initialize(struct device *dev);
int __must_check device_add(struct device *dev);
int __must_check device_register(struct device *dev);
void device_del(struct device *dev);
void device_unregister(struct device *dev);
struct device *get_device(struct device *dev);
void put_device(struct device *dev);
int dev_set_name(struct device *dev, const char *format, ...) __printf(2, 3);
struct device *__device_create(struct class *class, struct device *parent, dev_t devt, void *drvdata,
			     const char *format, ...) __printf(5, 6);
/* Without data for the driver before 2.6.27. */
#if API_BEFORE(2, 7)
#define device_create(class, parent, devt, format, ...)					\
	__device_create((class), (parent), (devt), NULL, (format), ##__VA_ARGS__)
#else
#define device_create __device_create
#endif
struct device *device_create_with_groups(struct class *class, struct device *parent, dev_t devt, void *drvdata,
					 const struct attribute_group **groups, const char *format, ...)
					 __printf(6, 7);
void device_destroy(struct class *class, dev_t devt);
int device_for_each_child(struct device *parent, void *data, int (*function)(struct device *dev, void *data));
struct device *device_find_child(struct device *parent, void *data, int (*match)(struct device *dev, void *data));
int class_for_each_device(const struct class *class, const struct device *start, void *data,
			  int (*function)(struct device *dev, void *data));
struct device *class_find_device_by_devt(struct class *class, dev_t devt);
int device_create_file(struct device *dev, const struct device_attribute *attr);
void device_remove_file(struct device *dev, const struct device_attribute *attr);
int __must_check device_create_bin_file(struct device *dev, const struct bin_attribute *attr);
void device_remove_bin_file(struct device *dev, const struct bin_attribute *attr);
int device_add_groups(struct device *dev, const struct attribute_group **groups);
void device_remove_groups(struct device *dev, const struct attribute_group **groups);

static inline int __must_check device_add_group(struct device *dev, const struct attribute_group *group)
{
	return sysfs_create_group(&dev->kobj, group);
}

static inline void device_remove_group(struct device *dev, const struct attribute_group *group)
{
	sysfs_remove_group(&dev->kobj, group);
}

static inline const char *dev_name(const struct device *dev)
{
	return dev->init_name ? dev->init_name : dev->bus_id;
}

static inline void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}

static inline void dev_set_drvdata(struct device *dev, void *data)
{
	dev->driver_data = data;
}

static inline void *dev_get_platdata(const struct device *dev)
{
	return dev->platform_data;
}

static inline int dev_to_node(struct device *dev)
{
	return -1;
}

static inline bool device_is_registered(struct device *dev)
{
	return dev->kobj.state_in_sysfs;
}

static inline void device_lock(struct device *dev) {}
static inline void device_unlock(struct device *dev) {}
/* Nothing here ever sleeps, or wakes. */
static inline int device_set_wakeup_enable(struct device *dev, bool enable) { return 0; }
static inline void device_set_wakeup_capable(struct device *dev, bool capable) {}
static inline int device_init_wakeup(struct device *dev, bool enable) { return 0; }
static inline int device_wakeup_enable(struct device *dev) { return 0; }
static inline void device_wakeup_disable(struct device *dev) {}
static inline bool device_can_wakeup(struct device *dev) { return false; }
static inline bool device_may_wakeup(struct device *dev) { return false; }
static inline void pm_wakeup_event(struct device *dev, unsigned int ms) {}
static inline void pm_stay_awake(struct device *dev) {}
static inline void pm_relax(struct device *dev) {}

#include <linux/devm_irq.h>
#include <linux/devres.h>

#include <kernel/everything.h>

#endif
