/* SPDX-License-Identifier: GPL-2.0-only */
/* This machine has no device tree: what drivers ask of one is not there. */
#ifndef LINUX_OF_H
#define LINUX_OF_H

#include <linux/errno.h>
#include <linux/mod_devicetable.h>
#include <linux/property.h>
#include <linux/types.h>

struct device_node;

#define of_match_ptr(table) NULL
#define of_have_populated_dt() false
#define of_node_get(node) (node)
#define of_node_put(node) ((void)(node))
#define of_property_read_bool(node, name) ((void)(node), (void)(name), false)
#define of_property_present of_property_read_bool
#define of_property_read_u8(node, name, to) ((void)(node), (void)(name), (void)(to), -ENOSYS)
#define of_property_read_u16 of_property_read_u8
#define of_property_read_u32 of_property_read_u8
#define of_property_read_u64 of_property_read_u8
#define of_property_read_string of_property_read_u8
#define of_property_read_u32_array(node, name, to, n) ((void)(node), (void)(name), (void)(to), (void)(n), -ENOSYS)
#define of_property_read_u32_index of_property_read_u32_array
#define of_property_count_u32_elems(node, name) ((void)(node), (void)(name), -ENOSYS)
#define of_get_property(node, name, length) ((void)(node), (void)(name), (void)(length), (const void *)NULL)
#define of_device_is_compatible(node, compatible) ((void)(node), (void)(compatible), 0)
#define of_device_is_available(node) ((void)(node), false)
#define of_find_compatible_node(from, type, compatible) ((struct device_node *)NULL)
#define of_find_node_by_name(from, name) ((struct device_node *)NULL)
#define of_get_child_by_name(node, name) ((struct device_node *)NULL)
#define of_parse_phandle(node, name, index) ((struct device_node *)NULL)
#define for_each_child_of_node(parent, child) for (child = NULL; (void)(parent), child; )
#define for_each_available_child_of_node for_each_child_of_node
#define of_alias_get_id(node, stem) ((void)(node), -ENOSYS)
#define of_match_device(table, dev) ((void)(dev), (const struct of_device_id *)NULL)
#define of_match_node(table, node) ((void)(node), (const struct of_device_id *)NULL)
#define of_device_get_match_data(dev) ((void)(dev), (const void *)NULL)
#define of_iomap(node, index) ((void __iomem *)NULL)
#define of_irq_get(node, index) (-ENODEV)
#define irq_of_parse_and_map(node, index) 0U
#define of_get_named_gpio(node, name, index) (-ENOSYS)
#define of_platform_populate(root, matches, lookup, parent) (-ENODEV)
#define of_platform_depopulate(parent) ((void)(parent))

#endif
