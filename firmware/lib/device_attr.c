// SPDX-License-Identifier: GPL-2.0-only
/* Files of devices that stand for a variable. drivers/base/core.c */
#include <linux/device.h>
#include <linux/kstrtox.h>

#define VARIABLE(attr) (container_of(attr, struct dev_ext_attribute, attr)->var)

#define DEFINE_VARIABLE(name, type, format, parse)						\
ssize_t device_show_##name(struct device *dev, struct device_attribute *attr, char *buf)	\
{												\
	return sysfs_emit(buf, format "\n", *(type *)VARIABLE(attr));				\
}												\
												\
ssize_t device_store_##name(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)	\
{												\
	int error = parse;									\
												\
	return error ? error : (ssize_t)count;							\
}

DEFINE_VARIABLE(ulong, unsigned long, "%lx", kstrtoul(buf, 0, VARIABLE(attr)))
DEFINE_VARIABLE(int, int, "%d", kstrtoint(buf, 0, VARIABLE(attr)))
DEFINE_VARIABLE(bool, bool, "%d", kstrtobool(buf, VARIABLE(attr)))

ssize_t device_show_string(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", (char *)VARIABLE(attr));
}
