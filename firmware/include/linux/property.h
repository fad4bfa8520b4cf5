/* SPDX-License-Identifier: GPL-2.0-only */
/* Nobody describes devices here: each property is missing. */
#ifndef LINUX_PROPERTY_H
#define LINUX_PROPERTY_H

#include <linux/errno.h>
#include <linux/types.h>

struct device;
struct fwnode_handle;

#define dev_fwnode(dev) ((struct fwnode_handle *)NULL)
#define device_get_match_data(dev) ((void)(dev), (const void *)NULL)
#define device_property_present(dev, name) ((void)(dev), (void)(name), false)
#define device_property_read_bool device_property_present
#define device_property_read_u8(dev, name, to) ((void)(dev), (void)(name), (void)(to), -EINVAL)
#define device_property_read_u16 device_property_read_u8
#define device_property_read_u32 device_property_read_u8
#define device_property_read_u64 device_property_read_u8
#define device_property_read_string device_property_read_u8
#define device_property_read_u32_array(dev, name, to, n) ((void)(dev), (void)(name), (void)(to), (void)(n), -EINVAL)

#endif
