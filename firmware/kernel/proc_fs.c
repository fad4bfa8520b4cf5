// SPDX-License-Identifier: GPL-2.0-only
/* Files of drivers under /proc and /sys/kernel/debug. fs/proc/generic.c, fs/debugfs/inode.c, file.c */
#include <kernel/track.h>
#include <linux/debugfs.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "files.h"
#include "kernel.h"

#define PROC_ROOT "/proc"
#define DEBUG_ROOT "/sys/kernel/debug"
#define PATH_LENGTH 160

/* Also what stands for a dentry of debugfs: nobody looks into one. */
struct proc_dir_entry {
	struct dentry dentry;
	struct list_head list;
	struct proc_dir_entry *parent;
	const char *kind;
	char path[PATH_LENGTH];
	umode_t mode;			/* 0: a folder */
	struct file_operations fops;
	void *data;
	int (*show)(struct seq_file *m, void *v);
	unsigned int width;		/* of a number, in bytes */
	bool hex;
};

static LIST_HEAD(entries);

static struct proc_dir_entry *create(const char *kind, const char *root, const char *name, umode_t mode,
				     struct proc_dir_entry *parent)
{
	struct proc_dir_entry *entry = kzalloc(sizeof(*entry), GFP_KERNEL);

	if (!entry)
		return NULL;
	snprintf(entry->path, sizeof(entry->path), "%s/%s", parent ? parent->path : root, name);
	entry->parent = parent;
	entry->mode = mode;
	entry->kind = kind;
	list_add_tail(&entry->list, &entries);
	track(kind, (unsigned long)entry, entry->path);
	return entry;
}

static int is_below(const struct proc_dir_entry *entry, const struct proc_dir_entry *above)
{
	while (entry && entry != above)
		entry = entry->parent;
	return entry == above;
}

void proc_remove(struct proc_dir_entry *above)
{
	struct proc_dir_entry *entry, *next;

	if (IS_ERR_OR_NULL(above))
		return;
	list_for_each_entry_safe_reverse(entry, next, &entries, list) {
		if (!is_below(entry, above))
			continue;
		untrack(entry->kind, (unsigned long)entry);
		list_del(&entry->list);
		kfree(entry);
	}
}

static struct proc_dir_entry *find(const char *path)
{
	struct proc_dir_entry *entry;

	list_for_each_entry(entry, &entries, list)
		if (!strcmp(entry->path, path))
			return entry;
	return NULL;
}

void remove_proc_entry(const char *name, struct proc_dir_entry *parent)
{
	char path[PATH_LENGTH];

	snprintf(path, sizeof(path), "%s/%s", parent ? parent->path : PROC_ROOT, name);
	proc_remove(find(path));
}

int remove_proc_subtree(const char *name, struct proc_dir_entry *parent)
{
	remove_proc_entry(name, parent);
	return 0;
}

struct proc_dir_entry *__proc_create_fops(const char *name, umode_t mode, struct proc_dir_entry *parent,
					  const struct file_operations *fops, void *data)
{
	struct proc_dir_entry *entry = create("proc file", PROC_ROOT, name, mode ? mode : 0444, parent);

	if (entry) {
		entry->fops = *fops;
		entry->data = data;
	}
	return entry;
}

struct proc_dir_entry *__proc_create_ops(const char *name, umode_t mode, struct proc_dir_entry *parent,
					 const struct proc_ops *ops, void *data)
{
	struct file_operations fops = {
		.open = ops->proc_open, .read = ops->proc_read, .write = ops->proc_write, .llseek = ops->proc_lseek,
		.release = ops->proc_release, .poll = ops->proc_poll, .unlocked_ioctl = ops->proc_ioctl,
		.mmap = ops->proc_mmap,
	};

	return __proc_create_fops(name, mode, parent, &fops, data);
}

static int open_single(struct inode *inode, struct file *file)
{
	struct proc_dir_entry *entry = inode->i_private;

	return single_open(file, entry->show, entry->data);
}

struct proc_dir_entry *proc_create_single_data(const char *name, umode_t mode, struct proc_dir_entry *parent,
					       int (*show)(struct seq_file *m, void *v), void *data)
{
	static const struct file_operations fops = {
		.open = open_single, .read = seq_read, .llseek = seq_lseek, .release = single_release,
	};
	struct proc_dir_entry *entry = __proc_create_fops(name, mode, parent, &fops, data);

	if (entry)
		entry->show = show;
	return entry;
}

struct proc_dir_entry *proc_mkdir(const char *name, struct proc_dir_entry *parent)
{
	return create("proc folder", PROC_ROOT, name, 0, parent);
}

void *__pde_data(const struct inode *inode)
{
	return inode->i_private;
}

/* What a driver's open() finds in i_private: its data; for our own files, the entry. */
const struct file_operations *proc_open_path(const char *path, void **private)
{
	struct proc_dir_entry *entry = find(path);

	if (!entry || !entry->mode)
		return NULL;
	*private = entry->show || entry->width ? (void *)entry : entry->data;
	return &entry->fops;
}

struct dentry *debugfs_create_dir(const char *name, struct dentry *parent)
{
	struct proc_dir_entry *above = parent ? container_of(parent, struct proc_dir_entry, dentry) : NULL;
	struct proc_dir_entry *entry = create("debugfs folder", DEBUG_ROOT, name, 0, above);

	return entry ? &entry->dentry : ERR_PTR(-ENOMEM);
}

struct dentry *debugfs_create_file(const char *name, umode_t mode, struct dentry *parent, void *data,
				   const struct file_operations *fops)
{
	struct proc_dir_entry *above = parent ? container_of(parent, struct proc_dir_entry, dentry) : NULL;
	struct proc_dir_entry *entry = create("debugfs file", DEBUG_ROOT, name, mode ? mode : 0444, above);

	if (!entry)
		return ERR_PTR(-ENOMEM);
	entry->fops = *fops;
	entry->data = data;
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

	memcpy(&value, entry->data, entry->width);
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
	memcpy(entry->data, &value, entry->width);
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
