// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buses that are registered, and how their devices and drivers find each other. drivers/base/bus.c, dd.c. PCI has code
 * of its own: its devices are there before any driver, and stay.
 */
#include <kernel/track.h>
#include <linux/device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "device_core.h"
#include "kernel.h"
#include "sysfs.h"

struct bus {
	struct list_head list;
	const struct bus_type *type;
	struct kobject kobj, devices, drivers;
	struct list_head members;	/* of drivers */
};

static LIST_HEAD(buses);

static ssize_t bus_attr_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct bus_attribute *battr = container_of(attr, struct bus_attribute, attr);

	return battr->show ? battr->show((void *)container_of(kobj, struct bus, kobj)->type, buf) : -EIO;
}

static ssize_t bus_attr_store(struct kobject *kobj, struct attribute *attr, const char *buf, size_t count)
{
	struct bus_attribute *battr = container_of(attr, struct bus_attribute, attr);

	return battr->store ? battr->store((void *)container_of(kobj, struct bus, kobj)->type, buf, count) : -EIO;
}

static const struct sysfs_ops bus_sysfs_ops = { .show = bus_attr_show, .store = bus_attr_store };
static const struct kobj_type bus_ktype = { .sysfs_ops = &bus_sysfs_ops };

static struct bus *find(const struct bus_type *type)
{
	struct bus *bus;

	list_for_each_entry(bus, &buses, list)
		if (bus->type == type)
			return bus;
	return NULL;
}

struct kobject *bus_devices(const struct bus_type *type)
{
	struct bus *bus = find(type);

	return bus ? &bus->devices : NULL;
}

static int add_folder(struct kobject *kobj, const char *name, struct kobject *parent)
{
	int error;

	kobject_init(kobj, &bus_ktype);
	kobj->name = name;
	error = kobject_attach(kobj, parent);
	untrack("kobject", (unsigned long)kobj);	/* the bus stands for it */
	return error;
}

int bus_register(struct bus_type *type)
{
	struct bus *bus = kzalloc(sizeof(*bus), GFP_KERNEL);
	int error;

	if (!bus)
		return -ENOMEM;
	bus->type = type;
	INIT_LIST_HEAD(&bus->members);
	error = add_folder(&bus->kobj, type->name, sysfs_bus);
	if (error) {
		kfree(bus);
		return error;
	}
	error = add_folder(&bus->devices, "devices", &bus->kobj);
	if (!error)
		error = add_folder(&bus->drivers, "drivers", &bus->kobj);
	if (!error)
		error = sysfs_create_groups(&bus->kobj, type->bus_groups);
	list_add_tail(&bus->list, &buses);
	track("bus", (unsigned long)type, type->name);
	if (error)
		bus_unregister(type);
	return error;
}

void bus_unregister(struct bus_type *type)
{
	struct bus *bus = find(type);

	if (!bus)
		return;
	untrack("bus", (unsigned long)type);
	list_del(&bus->list);
	kobject_del(&bus->drivers);
	kobject_del(&bus->devices);
	kobject_del(&bus->kobj);
	kfree(bus);
}

int bus_create_file(struct bus_type *type, struct bus_attribute *attr)
{
	struct bus *bus = find(type);

	return bus ? sysfs_create_file(&bus->kobj, &attr->attr) : -EINVAL;
}

void bus_remove_file(struct bus_type *type, struct bus_attribute *attr)
{
	struct bus *bus = find(type);

	if (bus)
		sysfs_remove_file(&bus->kobj, &attr->attr);
}

/* What a driver has not given back goes with it. */
static void unbind(struct device *dev)
{
	devres_release_all(dev);
	driver_unbound(dev);
	dev->driver = NULL;
	dev->driver_name = NULL;
	dev->driver_data = NULL;
}

static void say_failure(struct device *dev, const char *driver, int error)
{
	if (error == -EPROBE_DEFER) {
		dev->deferred = 1;
		return;
	}
	if (error == -ENODEV || error == -ENXIO)
		return;			/* the driver does not want it, and there may be another */
	printk(KERN_WARNING "%s: probe of %s failed with error %d\n", driver, dev_name(dev), error);
	note_probe_error(error);
}

/* 1 where the driver has taken the device. */
static int try(struct device *dev, struct device_driver *driver)
{
	const struct bus_type *type = dev->bus;
	int error = 0;

	if (dev->driver || (type->match && type->match(dev, driver) <= 0))
		return 0;
	driver->matched++;
	dev->deferred = 0;
	dev->driver = driver;
	dev->driver_name = driver->name;
	if (type->probe)
		error = type->probe(dev);
	else if (driver->probe)
		error = driver->probe(dev);
	if (!error)
		error = sysfs_create_groups(&dev->kobj, driver->dev_groups);
	if (error) {
		unbind(dev);
		say_failure(dev, driver->name, error);
	}
	return !error;
}

int device_attach(struct device *dev)
{
	struct bus *bus = find(dev->bus);
	struct device_driver *driver;

	if (!bus || dev->driver)
		return dev->driver != NULL;
	list_for_each_entry(driver, &bus->members, bus_node)
		if (try(dev, driver))
			return 1;
	return 0;
}

/* Whoever waited for another has it now, perhaps. */
static void retry_deferred(void)
{
	struct device *dev;

	list_for_each_entry(dev, &class_devices, class_node) {
		if (!dev->deferred || !dev->bus || !device_attach(dev))
			continue;
		dev = list_entry(&class_devices, struct device, class_node);	/* from the start */
	}
}

void bus_probe_device(struct device *dev)
{
	if (dev->bus && device_attach(dev))
		retry_deferred();
}

int device_bind_driver(struct device *dev)
{
	dev->driver_name = dev->driver ? dev->driver->name : NULL;
	return dev->driver ? 0 : -EINVAL;
}

void device_release_driver(struct device *dev)
{
	struct device_driver *driver = dev->driver;
	void (*remove)(struct device *dev);

	if (!driver || !find(dev->bus))
		return;
	sysfs_remove_groups(&dev->kobj, driver->dev_groups);
	/* What it returns, where it does, changes nothing. */
	remove = dev->bus->remove ? (void *)dev->bus->remove : (void *)driver->remove;
	if (remove)
		remove(dev);
	unbind(dev);
}

void bus_remove_device(struct device *dev)
{
	if (dev->bus)
		device_release_driver(dev);
}

int driver_register(struct device_driver *driver)
{
	struct bus *bus = find(driver->bus);
	struct device *dev;
	int error, bound = 0;

	if (!bus) {
		printk(KERN_ERR "Driver '%s' was unable to register with bus_type '%s' because the bus was not "
		       "initialized.\n", driver->name, driver->bus ? driver->bus->name : "(null)");
		return -EINVAL;
	}
	error = driver_attach(driver, &bus->drivers);
	if (error)
		return error;
	driver->matched = 0;
	list_add_tail(&driver->bus_node, &bus->members);
	list_for_each_entry(dev, &class_devices, class_node)
		if (dev->bus == driver->bus)
			bound += try(dev, driver);
	if (bound)
		retry_deferred();
	return 0;
}

void driver_unregister(struct device_driver *driver)
{
	struct device *dev;

	if (!driver->bus_node.next)
		return;
	list_for_each_entry(dev, &class_devices, class_node)
		if (dev->driver == driver)
			device_release_driver(dev);
	list_del(&driver->bus_node);
	driver->bus_node.next = NULL;
	driver_detach(driver);
}

/* What such a driver is for, only its bus knows: by its name, here. */
void report_unmatched_drivers(void)
{
	struct bus *bus;

	list_for_each_entry(bus, &buses, list) {
		char present[200] = "";
		struct device_driver *driver;
		struct device *dev;
		int length = 0;

		list_for_each_entry(dev, &class_devices, class_node)
			if (dev->bus == bus->type)
				length += scnprintf(present + length, sizeof(present) - length, "%s%s",
						    length ? ", " : "", dev_name(dev));
		list_for_each_entry(driver, &bus->members, bus_node)
			if (!driver->matched)
				trap_driver_unmatched(bus->type->name, driver->name, "", present);
	}
}

int bus_for_each_dev(const struct bus_type *type, struct device *start, void *data,
		     int (*function)(struct device *dev, void *data))
{
	struct device *dev;
	int result = 0;

	list_for_each_entry(dev, &class_devices, class_node) {
		if (start && dev != start)
			continue;
		if (dev->bus == type && !start)
			result = function(dev, data);
		start = NULL;
		if (result)
			break;
	}
	return result;
}

int bus_for_each_drv(const struct bus_type *type, struct device_driver *start, void *data,
		     int (*function)(struct device_driver *driver, void *data))
{
	struct bus *bus = find(type);
	struct device_driver *driver;
	int result = 0;

	if (!bus)
		return -EINVAL;
	list_for_each_entry(driver, &bus->members, bus_node) {
		if (start && driver != start)
			continue;
		if (!start)
			result = function(driver, data);
		start = NULL;
		if (result)
			break;
	}
	return result;
}

struct device *bus_find_device_by_name(const struct bus_type *type, struct device *start, const char *name)
{
	struct device *dev;

	list_for_each_entry(dev, &class_devices, class_node)
		if (dev->bus == type && !strcmp(dev_name(dev), name))
			return get_device(dev);
	return NULL;
}

int driver_for_each_device(struct device_driver *driver, struct device *start, void *data,
			   int (*function)(struct device *dev, void *data))
{
	struct device *dev;
	int result = 0;

	list_for_each_entry(dev, &class_devices, class_node)
		if (dev->driver == driver && !result)
			result = function(dev, data);
	return result;
}
