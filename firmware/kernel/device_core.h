/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the device model and the buses. */
#ifndef KERNEL_DEVICE_CORE_H
#define KERNEL_DEVICE_CORE_H

#include <linux/device.h>

extern struct list_head class_devices;	/* all that were added, of classes or not */

int driver_attach(struct device_driver *driver, struct kobject *drivers);
void driver_detach(struct device_driver *driver);

/* Of registered buses; nothing for devices of others. bus.c */
void bus_probe_device(struct device *dev);
void bus_remove_device(struct device *dev);
struct kobject *bus_devices(const struct bus_type *bus);

#endif
