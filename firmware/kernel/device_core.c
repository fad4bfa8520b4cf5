// SPDX-License-Identifier: GPL-2.0-only
/* Devices, classes and drivers as /sys shows them. drivers/base/core.c, class.c, driver.c */
#include <kernel/track.h>
#include <linux/device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "device_core.h"
#include "kernel.h"
#include "sysfs.h"

LIST_HEAD(class_devices);

static ssize_t dev_attr_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct device_attribute *dattr = container_of(attr, struct device_attribute, attr);

	return dattr->show ? dattr->show(kobj_to_dev(kobj), dattr, buf) : -EIO;
}

static ssize_t dev_attr_store(struct kobject *kobj, struct attribute *attr, const char *buf, size_t count)
{
	struct device_attribute *dattr = container_of(attr, struct device_attribute, attr);

	return dattr->store ? dattr->store(kobj_to_dev(kobj), dattr, buf, count) : -EIO;
}

static void device_release(struct kobject *kobj)
{
	struct device *dev = kobj_to_dev(kobj);

	devres_release_all(dev);
	if (dev->release)
		dev->release(dev);
	else if (dev->class && dev->class->dev_release)
		dev->class->dev_release(dev);
	else if (dev->created)
		kfree(dev);
	else
		WARN(1, "Device '%s' does not have a release() function, it is broken and must be fixed.\n",
		     dev_name(dev));
}

static const struct sysfs_ops dev_sysfs_ops = { .show = dev_attr_show, .store = dev_attr_store };
static const struct kobj_type device_ktype = { .release = device_release, .sysfs_ops = &dev_sysfs_ops };

static ssize_t class_attr_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct class_attribute *cattr = container_of(attr, struct class_attribute, attr);

	return cattr->show ? cattr->show(container_of(kobj, struct class, kobj), cattr, buf) : -EIO;
}

static ssize_t class_attr_store(struct kobject *kobj, struct attribute *attr, const char *buf, size_t count)
{
	struct class_attribute *cattr = container_of(attr, struct class_attribute, attr);

	return cattr->store ? cattr->store(container_of(kobj, struct class, kobj), cattr, buf, count) : -EIO;
}

static const struct sysfs_ops class_sysfs_ops = { .show = class_attr_show, .store = class_attr_store };

static void class_free(struct kobject *kobj)
{
	struct class *class = container_of(kobj, struct class, kobj);

	if (class->class_release)
		class->class_release(class);
	else if (class->created)
		kfree(class);
}

static const struct kobj_type class_ktype = { .release = class_free, .sysfs_ops = &class_sysfs_ops };

static ssize_t drv_attr_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct driver_attribute *dattr = container_of(attr, struct driver_attribute, attr);

	return dattr->show ? dattr->show(container_of(kobj, struct device_driver, kobj), buf) : -EIO;
}

static ssize_t drv_attr_store(struct kobject *kobj, struct attribute *attr, const char *buf, size_t count)
{
	struct driver_attribute *dattr = container_of(attr, struct driver_attribute, attr);

	return dattr->store ? dattr->store(container_of(kobj, struct device_driver, kobj), buf, count) : -EIO;
}

static const struct sysfs_ops driver_sysfs_ops = { .show = drv_attr_show, .store = drv_attr_store };
static const struct kobj_type driver_ktype = { .sysfs_ops = &driver_sysfs_ops };

int device_link(const struct kobject *kobj, char *path, size_t size)
{
	const struct device *dev = container_of(kobj, struct device, kobj);

	if (kobj->ktype != &device_ktype)
		return 0;
	if (dev->class)
		return scnprintf(path, size, "/sys/class/%s/%s", dev->class->name, dev_name(dev));
	if (dev->bus)
		return scnprintf(path, size, "/sys/bus/%s/devices/%s", dev->bus->name, dev_name(dev));
	return 0;
}

const char *dev_driver_string(const struct device *dev)
{
	if (dev && dev->driver_name)
		return dev->driver_name;
	if (dev && dev->bus)
		return dev->bus->name;
	return dev && dev->class ? dev->class->name : "";
}

const char *dev_log_name(const struct device *dev)
{
	return dev ? dev_name(dev) : "(NULL device *)";
}

int dev_err_probe(const struct device *dev, int error, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (error != -EPROBE_DEFER)
		dev_err(dev, "error %pe: %s", ERR_PTR(error), text);
	return error;
}

void device_initialize(struct device *dev)
{
	kobject_init(&dev->kobj, &device_ktype);
	INIT_LIST_HEAD(&dev->devres_head);
	INIT_LIST_HEAD(&dev->class_node);
}

int dev_set_name(struct device *dev, const char *format, ...)
{
	va_list args;
	int error;

	va_start(args, format);
	error = kobject_set_name_vargs(&dev->kobj, format, args);
	va_end(args);
	dev->bus_id = dev->kobj.name;
	return error;
}

static int add_groups(struct device *dev)
{
	int error = dev->class ? sysfs_create_groups(&dev->kobj, dev->class->dev_groups) : 0;

	if (!error && dev->type)
		error = sysfs_create_groups(&dev->kobj, dev->type->groups);
	return error ? error : sysfs_create_groups(&dev->kobj, dev->groups);
}

/* Let the class say what it would to udev: nobody listens, yet it is the driver's code. */
static void send_uevent(struct device *dev)
{
	static struct kobj_uevent_env env;

	env.envp_idx = 0;
	env.buflen = 0;
	if (dev->class && dev->class->dev_uevent && dev->class->dev_uevent(dev, &env))
		dev_warn(dev, "uevent: failed to add the class's variables\n");
}

int device_add(struct device *dev)
{
	struct kobject *above = dev->parent ? &dev->parent->kobj : dev->class ? sysfs_virtual : sysfs_devices;
	int error = 0;

	if (dev->init_name) {
		error = dev_set_name(dev, "%s", dev->init_name);
		dev->init_name = NULL;
	} else if (!dev->kobj.name && dev->bus && dev->bus->dev_name) {
		error = dev_set_name(dev, "%s%u", dev->bus->dev_name, dev->id);
	}
	if (!error && (!dev->kobj.name || !dev->kobj.name[0]))
		error = -EINVAL;
	get_device(dev);
	if (!error)
		error = kobject_attach(&dev->kobj, above);
	if (!error) {
		list_add_tail(&dev->class_node, &class_devices);
		error = add_groups(dev);
		if (error)
			device_del(dev);
		else
			send_uevent(dev);
	}
	if (error)
		put_device(dev);
	else
		bus_probe_device(dev);
	return error;
}

int device_register(struct device *dev)
{
	device_initialize(dev);
	return device_add(dev);
}

void device_del(struct device *dev)
{
	bus_remove_device(dev);
	list_del_init(&dev->class_node);
	kobject_del(&dev->kobj);
	put_device(dev);
}

void device_unregister(struct device *dev)
{
	device_del(dev);
	put_device(dev);
}

struct device *get_device(struct device *dev)
{
	if (dev)
		kobject_get(&dev->kobj);
	return dev;
}

void put_device(struct device *dev)
{
	if (dev)
		kobject_put(&dev->kobj);
}

static struct device *create(struct class *class, struct device *parent, dev_t devt, void *drvdata,
			     const struct attribute_group **groups, const char *format, va_list args)
{
	struct device *dev;
	int error;

	if (IS_ERR_OR_NULL(class))
		return ERR_PTR(-ENODEV);
	dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	if (!dev)
		return ERR_PTR(-ENOMEM);
	device_initialize(dev);
	dev->created = 1;
	dev->devt = devt;
	dev->class = class;
	dev->parent = parent;
	dev->groups = groups;
	dev->driver_data = drvdata;
	error = kobject_set_name_vargs(&dev->kobj, format, args);
	dev->bus_id = dev->kobj.name;
	if (!error)
		error = device_add(dev);
	if (!error)
		return dev;
	put_device(dev);
	return ERR_PTR(error);
}

struct device *__device_create(struct class *class, struct device *parent, dev_t devt, void *drvdata,
			     const char *format, ...)
{
	struct device *dev;
	va_list args;

	va_start(args, format);
	dev = create(class, parent, devt, drvdata, NULL, format, args);
	va_end(args);
	return dev;
}

struct device *device_create_with_groups(struct class *class, struct device *parent, dev_t devt, void *drvdata,
					 const struct attribute_group **groups, const char *format, ...)
{
	struct device *dev;
	va_list args;

	va_start(args, format);
	dev = create(class, parent, devt, drvdata, groups, format, args);
	va_end(args);
	return dev;
}

int device_for_each_child(struct device *parent, void *data, int (*function)(struct device *dev, void *data))
{
	struct device *dev, *next;
	int result = 0;

	list_for_each_entry_safe(dev, next, &class_devices, class_node)
		if (dev->parent == parent && (result = function(dev, data)))
			break;
	return result;
}

struct device *device_find_child(struct device *parent, void *data, int (*match)(struct device *dev, void *data))
{
	struct device *dev;

	list_for_each_entry(dev, &class_devices, class_node)
		if (dev->parent == parent && match(dev, data))
			return get_device(dev);
	return NULL;
}

int class_for_each_device(const struct class *class, const struct device *start, void *data,
			  int (*function)(struct device *dev, void *data))
{
	struct device *dev;
	int result = 0;

	list_for_each_entry(dev, &class_devices, class_node) {
		if (!start && dev->class == class && (result = function(dev, data)))
			break;
		if (dev == start)
			start = NULL;
	}
	return result;
}

struct device *class_find_device_by_devt(struct class *class, dev_t devt)
{
	struct device *dev;

	list_for_each_entry(dev, &class_devices, class_node)
		if (dev->class == class && dev->devt == devt)
			return get_device(dev);
	return NULL;
}

void device_destroy(struct class *class, dev_t devt)
{
	struct device *dev = class_find_device_by_devt(class, devt);

	if (!dev)
		return;
	put_device(dev);
	device_unregister(dev);
}

int device_create_file(struct device *dev, const struct device_attribute *attr)
{
	return sysfs_create_file(&dev->kobj, &attr->attr);
}

void device_remove_file(struct device *dev, const struct device_attribute *attr)
{
	sysfs_remove_file(&dev->kobj, &attr->attr);
}

int device_create_bin_file(struct device *dev, const struct bin_attribute *attr)
{
	return sysfs_create_bin_file(&dev->kobj, attr);
}

void device_remove_bin_file(struct device *dev, const struct bin_attribute *attr)
{
	sysfs_remove_bin_file(&dev->kobj, attr);
}

int device_add_groups(struct device *dev, const struct attribute_group **groups)
{
	return sysfs_create_groups(&dev->kobj, groups);
}

void device_remove_groups(struct device *dev, const struct attribute_group **groups)
{
	sysfs_remove_groups(&dev->kobj, groups);
}

int class_register(struct class *class)
{
	int error;

	kobject_init(&class->kobj, &class_ktype);
	class->kobj.name = class->name;
	error = kobject_attach(&class->kobj, sysfs_class);
	if (!error)
		error = sysfs_create_groups(&class->kobj, class->class_groups);
	return error;
}

void class_unregister(struct class *class)
{
	kobject_del(&class->kobj);
	kobject_put(&class->kobj);
}

struct class *__class_create(const char *name)
{
	struct class *class = kzalloc(sizeof(*class), GFP_KERNEL);
	int error;

	if (!class)
		return ERR_PTR(-ENOMEM);
	class->name = name;
	class->created = 1;
	error = class_register(class);
	if (!error)
		return class;
	kfree(class);
	return ERR_PTR(error);
}

void class_destroy(struct class *class)
{
	if (!IS_ERR_OR_NULL(class))
		class_unregister(class);
}

int class_create_file(struct class *class, const struct class_attribute *attr)
{
	return sysfs_create_file(&class->kobj, &attr->attr);
}

void class_remove_file(struct class *class, const struct class_attribute *attr)
{
	sysfs_remove_file(&class->kobj, &attr->attr);
}

int driver_attach(struct device_driver *driver, struct kobject *drivers)
{
	int error;

	kobject_init(&driver->kobj, &driver_ktype);
	driver->kobj.name = driver->name;
	error = kobject_attach(&driver->kobj, drivers);
	return error ? error : sysfs_create_groups(&driver->kobj, driver->groups);
}

void driver_detach(struct device_driver *driver)
{
	kobject_del(&driver->kobj);
}

int driver_create_file(struct device_driver *driver, const struct driver_attribute *attr)
{
	return sysfs_create_file(&driver->kobj, &attr->attr);
}

void driver_remove_file(struct device_driver *driver, const struct driver_attribute *attr)
{
	sysfs_remove_file(&driver->kobj, &attr->attr);
}
