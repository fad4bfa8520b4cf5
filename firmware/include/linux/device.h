/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices, as drivers see them. */
#ifndef LINUX_DEVICE_H
#define LINUX_DEVICE_H

#include <kernel/device.h>
#include <linux/kernel.h>

static inline const char *dev_name(const struct device *dev)
{
	return dev->bus_id;
}

static inline void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}

static inline void dev_set_drvdata(struct device *dev, void *data)
{
	dev->driver_data = data;
}

#define dev_printk(level, dev, format, ...)					\
	printk(level "%s %s: " format, (dev)->driver_name ? : "", dev_name(dev), ##__VA_ARGS__)
#define dev_err(dev, format, ...) dev_printk(KERN_ERR, dev, format, ##__VA_ARGS__)
#define dev_warn(dev, format, ...) dev_printk(KERN_WARNING, dev, format, ##__VA_ARGS__)
#define dev_info(dev, format, ...) dev_printk(KERN_INFO, dev, format, ##__VA_ARGS__)

#endif
