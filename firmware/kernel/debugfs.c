// SPDX-License-Identifier: GPL-2.0-only
/* Files of drivers under /sys/kernel/debug. fs/debugfs/inode.c, file.c, fs/libfs.c */
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "files.h"
#include "kernel.h"
#include "proc_entry.h"

#define DEBUG_ROOT "/sys/kernel/debug"

struct dentry *debugfs_create_dir(const char *name, struct dentry *parent)
{
	struct proc_dir_entry *above = parent ? container_of(parent, struct proc_dir_entry, dentry) : NULL;
	struct proc_dir_entry *entry = proc_create_entry("debugfs folder", DEBUG_ROOT, name, 0, above);

	return entry ? &entry->dentry : ERR_PTR(-ENOMEM);
}

struct dentry *debugfs_create_file(const char *name, umode_t mode, struct dentry *parent, void *data,
				   const struct file_operations *fops)
{
	struct proc_dir_entry *above = parent ? container_of(parent, struct proc_dir_entry, dentry) : NULL;
	struct proc_dir_entry *entry = proc_create_entry("debugfs file", DEBUG_ROOT, name, mode ? mode : 0444, above);

	if (!entry)
		return ERR_PTR(-ENOMEM);
	if (fops)
		entry->fops = *fops;
	entry->shown.data = data;
	return &entry->dentry;
}

void debugfs_remove(struct dentry *dentry)
{
	if (!IS_ERR_OR_NULL(dentry))
		proc_remove(container_of(dentry, struct proc_dir_entry, dentry));
}

static ssize_t read_number(struct file *file, char __user *buf, size_t count, loff_t *at)
{
	struct proc_dir_entry *entry = file->private_data;
	char text[32];
	u64 value = 0;
	int length;

	memcpy(&value, entry->shown.data, entry->width);
	length = entry->hex ? snprintf(text, sizeof(text), "0x%0*lx\n", 2 * entry->width, value) :
		snprintf(text, sizeof(text), "%lu\n", value);
	return simple_read_from_buffer(buf, count, at, text, length);
}

static ssize_t write_number(struct file *file, const char __user *buf, size_t count, loff_t *at)
{
	struct proc_dir_entry *entry = file->private_data;
	unsigned long value;
	int error = kstrtoul_from_user(buf, count, 0, &value);

	if (error)
		return error;
	memcpy(entry->shown.data, &value, entry->width);
	return count;
}

struct dentry *__debugfs_create_number(const char *name, umode_t mode, struct dentry *parent, void *value,
				       unsigned int width, bool hex)
{
	static const struct file_operations fops = {
		.open = simple_open, .read = read_number, .write = write_number, .llseek = default_llseek,
	};
	struct dentry *dentry = debugfs_create_file(name, mode, parent, value, &fops);

	if (!IS_ERR(dentry)) {
		container_of(dentry, struct proc_dir_entry, dentry)->width = width;
		container_of(dentry, struct proc_dir_entry, dentry)->hex = hex;
	}
	return dentry;
}

static ssize_t read_blob(struct file *file, char __user *buf, size_t count, loff_t *at)
{
	struct debugfs_blob_wrapper *blob = file->private_data;

	return simple_read_from_buffer(buf, count, at, blob->data, blob->size);
}

struct dentry *debugfs_create_blob(const char *name, umode_t mode, struct dentry *parent,
				   struct debugfs_blob_wrapper *blob)
{
	static const struct file_operations fops = {
		.open = simple_open, .read = read_blob, .llseek = default_llseek,
	};

	return debugfs_create_file(name, mode, parent, blob, &fops);
}

struct dentry *debugfs_lookup(const char *name, struct dentry *parent)
{
	char path[PROC_PATH_LENGTH];
	struct proc_dir_entry *found;

	snprintf(path, sizeof(path), "%s/%s",
		 parent ? container_of(parent, struct proc_dir_entry, dentry)->path : DEBUG_ROOT, name);
	found = proc_find(path);
	return found ? &found->dentry : NULL;
}

void debugfs_lookup_and_remove(const char *name, struct dentry *parent)
{
	debugfs_remove(debugfs_lookup(name, parent));
}

static ssize_t read_text(struct file *file, char __user *buf, size_t count, loff_t *at)
{
	const char *text = *(char **)file->private_data;
	char line[256];
	int length = scnprintf(line, sizeof(line), "%s\n", text ? text : "");

	return simple_read_from_buffer(buf, count, at, line, length);
}

void debugfs_create_str(const char *name, umode_t mode, struct dentry *parent, char **text)
{
	static const struct file_operations fops = { .open = simple_open, .read = read_text, .llseek = default_llseek };

	debugfs_create_file(name, mode, parent, text, &fops);
}

void debugfs_print_regs32(struct seq_file *m, const struct debugfs_reg32 *regs, int count, void __iomem *base,
			  char *prefix)
{
	for (int i = 0; i < count; i++)
		seq_printf(m, "%s%s = 0x%08x\n", prefix ? prefix : "", regs[i].name, readl(base + regs[i].offset));
}

static int show_regset32(struct seq_file *m, void *v)
{
	struct debugfs_regset32 *regset = m->private;

	debugfs_print_regs32(m, regset->regs, regset->nregs, regset->base, "");
	return 0;
}

static int open_regset32(struct inode *inode, struct file *file)
{
	return single_open(file, show_regset32, inode->i_private);
}

void debugfs_create_regset32(const char *name, umode_t mode, struct dentry *parent, struct debugfs_regset32 *regset)
{
	static const struct file_operations fops = {
		.open = open_regset32, .read = seq_read, .llseek = seq_lseek, .release = single_release };

	debugfs_create_file(name, mode, parent, regset, &fops);
}

static int show_u32_array(struct seq_file *m, void *v)
{
	struct debugfs_u32_array *array = m->private;

	for (u32 i = 0; i < array->n_elements; i++)
		seq_printf(m, "%u%c", array->array[i], i + 1 < array->n_elements ? ' ' : '\n');
	return 0;
}

static int open_u32_array(struct inode *inode, struct file *file)
{
	return single_open(file, show_u32_array, inode->i_private);
}

void debugfs_create_u32_array(const char *name, umode_t mode, struct dentry *parent, struct debugfs_u32_array *array)
{
	static const struct file_operations fops = {
		.open = open_u32_array, .read = seq_read, .llseek = seq_lseek, .release = single_release };

	debugfs_create_file(name, mode, parent, array, &fops);
}

struct devm_seqfile {
	struct device *dev;
	int (*show)(struct seq_file *m, void *data);
};

static int open_devm_seqfile(struct inode *inode, struct file *file)
{
	struct devm_seqfile *entry = inode->i_private;

	return single_open(file, entry->show, entry->dev);
}

void debugfs_create_devm_seqfile(struct device *dev, const char *name, struct dentry *parent,
				 int (*show)(struct seq_file *m, void *data))
{
	static const struct file_operations fops = {
		.open = open_devm_seqfile, .read = seq_read, .llseek = seq_lseek, .release = single_release };
	struct devm_seqfile *entry = devm_kzalloc(dev, sizeof(*entry), GFP_KERNEL);

	if (!entry)
		return;
	*entry = (struct devm_seqfile) { dev, show };
	debugfs_create_file(name, 0444, parent, entry, &fops);
}

struct simple_attr {
	int (*get)(void *data, u64 *value);
	int (*set)(void *data, u64 value);
	const char *format;
	void *data;
	char text[32];
	int length;
};

int simple_attr_open(struct inode *inode, struct file *file, int (*get)(void *data, u64 *value),
		     int (*set)(void *data, u64 value), const char *format)
{
	struct simple_attr *attr = kzalloc(sizeof(*attr), GFP_KERNEL);

	if (!attr)
		return -ENOMEM;
	attr->get = get;
	attr->set = set;
	attr->format = format;
	attr->data = inode->i_private;
	file->private_data = attr;
	return nonseekable_open(inode, file);
}

int simple_attr_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

ssize_t simple_attr_read(struct file *file, char __user *buf, size_t count, loff_t *at)
{
	struct simple_attr *attr = file->private_data;
	u64 value;
	int error = 0;

	if (!attr->get)
		return -EACCES;
	if (!*at || !attr->length) {
		error = attr->get(attr->data, &value);
		attr->length = error ? 0 : scnprintf(attr->text, sizeof(attr->text), attr->format, value);
	}
	return error ? error : simple_read_from_buffer(buf, count, at, attr->text, attr->length);
}

ssize_t simple_attr_write(struct file *file, const char __user *buf, size_t count, loff_t *at)
{
	struct simple_attr *attr = file->private_data;
	char text[32];
	size_t length = min(count, sizeof(text) - 1);
	unsigned long long value;
	int error;

	if (!attr->set)
		return -EACCES;
	if (copy_from_user(text, buf, length))
		return -EFAULT;
	text[length] = 0;
	error = kstrtoull(strim(text), 0, &value);
	if (!error)
		error = attr->set(attr->data, value);
	return error ? error : (ssize_t)count;
}
