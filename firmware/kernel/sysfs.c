// SPDX-License-Identifier: GPL-2.0-only
/* Files under /sys: the list of all attributes, and the ways that lead to each. fs/sysfs/file.c, group.c */
#include <asm/page.h>
#include <kernel/track.h>
#include <linux/device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kernel.h"
#include "sched.h"
#include "sysfs.h"

LIST_HEAD(sysfs_nodes);

static struct sysfs_node *find(const struct kobject *kobj, const struct attribute *attr, const char *folder)
{
	struct sysfs_node *node;

	list_for_each_entry(node, &sysfs_nodes, list)
		if (node->kobj == kobj && !strcmp(node->attr->name, attr->name) &&
		    !strcmp(node->folder ? : "", folder ? : ""))
			return node;
	return NULL;
}

static int add(struct kobject *kobj, const struct attribute *attr, const char *folder, umode_t mode, bool is_binary)
{
	struct sysfs_node *node;

	if (!kobj || !attr)
		return -EINVAL;
	if (find(kobj, attr, folder)) {
		sched_bug(SCHED_BUG_WARNING, "sysfs: cannot create duplicate filename '%s' of '%s'", attr->name, kobj->name);
		return -EEXIST;
	}
	node = kzalloc(sizeof(*node), GFP_KERNEL);
	if (!node)
		return -ENOMEM;
	node->kobj = kobj;
	node->attr = attr;
	node->folder = folder;
	node->mode = mode & 07777;
	node->is_binary = is_binary;
	list_add_tail(&node->list, &sysfs_nodes);
	track("sysfs file", (unsigned long)node, attr->name);
	return 0;
}

static void drop(struct sysfs_node *node)
{
	if (!node)
		return;
	untrack("sysfs file", (unsigned long)node);
	list_del(&node->list);
	kfree(node);
}

/* What goes away with its object. */
void sysfs_remove_all(struct kobject *kobj)
{
	struct sysfs_node *node, *next;

	list_for_each_entry_safe(node, next, &sysfs_nodes, list)
		if (node->kobj == kobj)
			drop(node);
}

int sysfs_create_file(struct kobject *kobj, const struct attribute *attr)
{
	return add(kobj, attr, NULL, attr->mode, false);
}

void sysfs_remove_file(struct kobject *kobj, const struct attribute *attr)
{
	drop(find(kobj, attr, NULL));
}

int sysfs_create_files(struct kobject *kobj, const struct attribute *const *attrs)
{
	int error = 0;

	for (int i = 0; attrs[i] && !error; i++)
		error = sysfs_create_file(kobj, attrs[i]);
	return error;
}

void sysfs_remove_files(struct kobject *kobj, const struct attribute *const *attrs)
{
	for (int i = 0; attrs[i]; i++)
		sysfs_remove_file(kobj, attrs[i]);
}

static int add_group(struct kobject *kobj, const struct attribute_group *group)
{
	int error = 0;

	for (int i = 0; group->attrs && group->attrs[i] && !error; i++) {
		umode_t mode = group->is_visible ? group->is_visible(kobj, group->attrs[i], i) : group->attrs[i]->mode;

		if (mode)
			error = add(kobj, group->attrs[i], group->name, mode, false);
	}
	for (int i = 0; group->bin_attrs && group->bin_attrs[i] && !error; i++)
		error = add(kobj, &group->bin_attrs[i]->attr, group->name, group->bin_attrs[i]->attr.mode, true);
	return error;
}

int sysfs_create_group(struct kobject *kobj, const struct attribute_group *group)
{
	int error = add_group(kobj, group);

	if (error)
		sysfs_remove_group(kobj, group);
	return error;
}

void sysfs_remove_group(struct kobject *kobj, const struct attribute_group *group)
{
	for (int i = 0; group->attrs && group->attrs[i]; i++)
		drop(find(kobj, group->attrs[i], group->name));
	for (int i = 0; group->bin_attrs && group->bin_attrs[i]; i++)
		drop(find(kobj, &group->bin_attrs[i]->attr, group->name));
}

int sysfs_update_group(struct kobject *kobj, const struct attribute_group *group)
{
	sysfs_remove_group(kobj, group);
	return sysfs_create_group(kobj, group);
}

int sysfs_merge_group(struct kobject *kobj, const struct attribute_group *group)
{
	return sysfs_create_group(kobj, group);
}

void sysfs_unmerge_group(struct kobject *kobj, const struct attribute_group *group)
{
	sysfs_remove_group(kobj, group);
}

int sysfs_add_file_to_group(struct kobject *kobj, const struct attribute *attr, const char *group)
{
	return add(kobj, attr, group, attr->mode, false);
}

void sysfs_remove_file_from_group(struct kobject *kobj, const struct attribute *attr, const char *group)
{
	drop(find(kobj, attr, group));
}

int sysfs_chmod_file(struct kobject *kobj, const struct attribute *attr, umode_t mode)
{
	struct sysfs_node *node = find(kobj, attr, NULL);

	if (!node)
		return -ENOENT;
	node->mode = mode & 07777;
	return 0;
}

int sysfs_create_groups(struct kobject *kobj, const struct attribute_group **groups)
{
	int error = 0, i;

	for (i = 0; groups && groups[i] && !error; i++)
		error = sysfs_create_group(kobj, groups[i]);
	while (error && --i >= 0)
		sysfs_remove_group(kobj, groups[i]);
	return error;
}

void sysfs_remove_groups(struct kobject *kobj, const struct attribute_group **groups)
{
	for (int i = 0; groups && groups[i]; i++)
		sysfs_remove_group(kobj, groups[i]);
}

int sysfs_create_bin_file(struct kobject *kobj, const struct bin_attribute *attr)
{
	return add(kobj, &attr->attr, NULL, attr->attr.mode, true);
}

void sysfs_remove_bin_file(struct kobject *kobj, const struct bin_attribute *attr)
{
	drop(find(kobj, &attr->attr, NULL));
}

int sysfs_create_link(struct kobject *kobj, struct kobject *target, const char *name)
{
	return 0;
}

void sysfs_remove_link(struct kobject *kobj, const char *name)
{
}

void sysfs_notify(struct kobject *kobj, const char *folder, const char *attr)
{
}

static int emit(char *buf, int at, const char *format, va_list args)
{
	if (at < 0 || at >= (int)PAGE_SIZE) {
		WARN(1, "invalid sysfs_emit_at: buf:%p at:%d\n", buf, at);
		return 0;
	}
	return vscnprintf(buf + at, PAGE_SIZE - at, format, args);
}

int sysfs_emit(char *buf, const char *format, ...)
{
	va_list args;
	int length;

	if (!buf || ((unsigned long)buf & ~PAGE_MASK)) {
		WARN(1, "invalid sysfs_emit: buf:%p\n", buf);
		return 0;
	}
	va_start(args, format);
	length = emit(buf, 0, format, args);
	va_end(args);
	return length;
}

int sysfs_emit_at(char *buf, int at, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = emit(buf, at, format, args);
	va_end(args);
	return length;
}

/* Write "<path of the object>" and give its length. */
static int kobject_path(const struct kobject *kobj, char *path, int size)
{
	int length = kobj->parent ? kobject_path(kobj->parent, path, size) : scnprintf(path, size, "/sys");

	return length + scnprintf(path + length, size - length, "/%s", kobj->name);
}

int sysfs_path(const struct sysfs_node *node, char *path, size_t size)
{
	int length = kobject_path(node->kobj, path, size);

	if (node->folder)
		length += scnprintf(path + length, size - length, "/%s", node->folder);
	return length + scnprintf(path + length, size - length, "/%s", node->attr->name);
}

/* Rewrite the short ways, which are symbolic links in Linux: /sys/class/<class>/<device>, /sys/bus/pci/devices/<name>. */
static struct kobject *find_link(const char *path, const char **rest)
{
	struct kobject *at;

	list_for_each_entry(at, &sysfs_kobjects, entry) {
		char link[SYSFS_PATH_LENGTH];
		int length = device_link(at, link, sizeof(link));

		if (!length || strncmp(path, link, length) || path[length] != '/')
			continue;
		*rest = path + length;
		return at;
	}
	return NULL;
}

struct sysfs_node *sysfs_find(const char *path)
{
	char full[SYSFS_PATH_LENGTH], wanted[SYSFS_PATH_LENGTH];
	struct sysfs_node *node;
	const char *rest;
	struct kobject *kobj = find_link(path, &rest);
	int length;

	if (kobj) {
		length = kobject_path(kobj, wanted, sizeof(wanted));
		scnprintf(wanted + length, sizeof(wanted) - length, "%s", rest);
		path = wanted;
	}
	list_for_each_entry(node, &sysfs_nodes, list) {
		sysfs_path(node, full, sizeof(full));
		if (!strcmp(full, path))
			return node;
	}
	return NULL;
}
