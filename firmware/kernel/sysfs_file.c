// SPDX-License-Identifier: GPL-2.0-only
/* Reading and writing files under /sys. fs/sysfs/file.c, kernel/params.c */
#include <asm/page.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "files.h"
#include "kernel.h"
#include "sysfs.h"

static ssize_t show(const struct sysfs_node *node, char *page)
{
	const struct sysfs_ops *ops = node->kobj->ktype ? node->kobj->ktype->sysfs_ops : NULL;
	ssize_t length = ops && ops->show ? ops->show(node->kobj, (struct attribute *)node->attr, page) : -EIO;

	if (length >= (ssize_t)PAGE_SIZE) {
		printk(KERN_WARNING "fill_read_buffer: %s/%s returned bad count\n", node->kobj->name, node->attr->name);
		length = PAGE_SIZE - 1;
	}
	return length;
}

static ssize_t read_binary(struct file *file, const struct sysfs_node *node, char *page, size_t count, loff_t at)
{
	struct bin_attribute *attr = container_of(node->attr, struct bin_attribute, attr);

	if (attr->size && at >= (loff_t)attr->size)
		return 0;
	if (attr->size)
		count = min_t(size_t, count, attr->size - at);
	return attr->read ? attr->read(file, node->kobj, attr, page, at, count) : -EIO;
}

static ssize_t sysfs_read(struct file *file, char __user *buf, size_t count, loff_t *at)
{
	const struct sysfs_node *node = file->private_data;
	char *page = (char *)get_zeroed_page(GFP_KERNEL);
	ssize_t length;

	if (!page)
		return -ENOMEM;
	if (node->is_binary) {
		length = read_binary(file, node, page, min_t(size_t, count, PAGE_SIZE), *at);
		if (length > 0 && copy_to_user(buf, page, length))
			length = -EFAULT;
		if (length > 0)
			*at += length;
	} else {
		length = show(node, page);
		if (length >= 0)
			length = simple_read_from_buffer(buf, count, at, page, length);
	}
	free_page((unsigned long)page);
	return length;
}

static ssize_t store(struct file *file, const struct sysfs_node *node, char *page, size_t count, loff_t at)
{
	const struct sysfs_ops *ops = node->kobj->ktype ? node->kobj->ktype->sysfs_ops : NULL;
	struct bin_attribute *attr = container_of(node->attr, struct bin_attribute, attr);

	if (node->is_binary)
		return attr->write ? attr->write(file, node->kobj, attr, page, at, count) : -EIO;
	return ops && ops->store ? ops->store(node->kobj, (struct attribute *)node->attr, page, count) : -EIO;
}

static ssize_t sysfs_write(struct file *file, const char __user *buf, size_t count, loff_t *at)
{
	const struct sysfs_node *node = file->private_data;
	char *page = (char *)get_zeroed_page(GFP_KERNEL);
	ssize_t length = -EFAULT;

	if (!page)
		return -ENOMEM;
	count = min_t(size_t, count, PAGE_SIZE - 1);
	if (!copy_from_user(page, buf, count))
		length = store(file, node, page, count, *at);
	if (length > 0)
		*at += length;
	free_page((unsigned long)page);
	return length;
}

static int sysfs_mmap(struct file *file, struct vm_area_struct *vma)
{
	const struct sysfs_node *node = file->private_data;
	struct bin_attribute *attr = container_of(node->attr, struct bin_attribute, attr);

	return node->is_binary && attr->mmap ? attr->mmap(file, node->kobj, attr, vma) : -ENODEV;
}

static const struct file_operations sysfs_fops = {
	.open = simple_open,
	.read = sysfs_read,
	.write = sysfs_write,
	.mmap = sysfs_mmap,
	.llseek = default_llseek,
};

const struct file_operations *sysfs_open_path(const char *path, void **private)
{
	struct sysfs_node *node = strstarts(path, "/sys/") ? sysfs_find(path) : NULL;

	*private = node;
	return node ? &sysfs_fops : NULL;
}
