// SPDX-License-Identifier: GPL-2.0-only
/* Files of drivers under /proc. fs/proc/generic.c */
#include <asm/page.h>
#include <kernel/track.h>
#include <linux/gfp.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "files.h"
#include "kernel.h"
#include "proc_entry.h"

#define PROC_ROOT "/proc"

static LIST_HEAD(entries);

struct proc_dir_entry *proc_create_entry(const char *kind, const char *root, const char *name, umode_t mode,
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

/* Look for an entry without looking into it: its owner may have kept a pointer longer than the entry. */
static int is_there(const struct proc_dir_entry *wanted)
{
	struct proc_dir_entry *entry;

	list_for_each_entry(entry, &entries, list)
		if (entry == wanted)
			return 1;
	return 0;
}

void proc_remove(struct proc_dir_entry *above)
{
	struct proc_dir_entry *entry, *next;

	if (IS_ERR_OR_NULL(above) || WARN(!is_there(above), "the entry is gone already, or was never one"))
		return;
	list_for_each_entry_safe_reverse(entry, next, &entries, list) {
		if (!is_below(entry, above))
			continue;
		untrack(entry->kind, (unsigned long)entry);
		list_del(&entry->list);
		kfree(entry);
	}
}

struct proc_dir_entry *proc_find(const char *path)
{
	struct proc_dir_entry *entry;

	list_for_each_entry(entry, &entries, list)
		if (!strcmp(entry->path, path))
			return entry;
	return NULL;
}

void remove_proc_entry(const char *name, struct proc_dir_entry *parent)
{
	char path[PROC_PATH_LENGTH];
	struct proc_dir_entry *entry;

	snprintf(path, sizeof(path), "%s/%s", parent ? parent->path : PROC_ROOT, name);
	entry = proc_find(path);
	WARN(!entry, "name '%s'", name);
	proc_remove(entry);
}

int remove_proc_subtree(const char *name, struct proc_dir_entry *parent)
{
	remove_proc_entry(name, parent);
	return 0;
}

struct proc_dir_entry *__proc_create_fops(const char *name, umode_t mode, struct proc_dir_entry *parent,
					  const struct file_operations *fops, void *data)
{
	struct proc_dir_entry *entry = proc_create_entry("proc file", PROC_ROOT, name, mode ? mode : 0444, parent);

	if (entry) {
		if (fops)
			entry->fops = *fops;
		entry->shown.data = data;
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

	inode->i_private = entry->shown.data;
	return single_open(file, entry->show, entry->shown.data);
}

static int open_seq(struct inode *inode, struct file *file)
{
	struct proc_dir_entry *entry = inode->i_private;

	inode->i_private = entry->shown.data;
	if (entry->private_bytes)
		return __seq_open_private(file, entry->seq_ops, entry->private_bytes) ? 0 : -ENOMEM;
	return seq_open(file, entry->seq_ops);
}

struct proc_dir_entry *proc_create_seq_private(const char *name, umode_t mode, struct proc_dir_entry *parent,
					       const struct seq_operations *ops, unsigned int private_bytes, void *data)
{
	static const struct file_operations fops = {
		.open = open_seq, .read = seq_read, .llseek = seq_lseek, .release = seq_release_private,
	};
	struct proc_dir_entry *entry = __proc_create_fops(name, mode, parent, &fops, data);

	if (entry) {
		entry->seq_ops = ops;
		entry->private_bytes = private_bytes;
	}
	return entry;
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
	return proc_create_entry("proc folder", PROC_ROOT, name, 0, parent);
}

void *__pde_data(const struct inode *inode)
{
	return inode->i_private;
}

/* The read of kernels before 3.10: a page, filled by the driver. fs/proc/generic.c: __proc_file_read, 2.6.24 */
static ssize_t read_old(struct file *file, char __user *buf, size_t count, loff_t *at)
{
	struct proc_dir_entry *entry = file->private_data;
	char *page = (char *)get_zeroed_page(GFP_KERNEL), *start = NULL;
	int eof = 0;
	ssize_t length;

	if (!page)
		return -ENOMEM;
	count = min(count, (size_t)PAGE_SIZE - 1024);
	length = entry->shown.read_proc(page, &start, *at, count, &eof, entry->shown.data);
	if (length > 0 && !start) {
		length -= *at;
		start = page + *at;
	}
	length = max_t(ssize_t, min_t(ssize_t, length, count), min_t(ssize_t, length, 0));
	if (length > 0 && copy_to_user(buf, start, length))
		length = -EFAULT;
	if (length > 0)
		*at += start < page ? (unsigned long)start : length;
	free_page((unsigned long)page);
	return length;
}

static ssize_t write_old(struct file *file, const char __user *buf, size_t count, loff_t *at)
{
	struct proc_dir_entry *entry = file->private_data;

	return entry->shown.write_proc(file, buf, count, entry->shown.data);
}

static const struct file_operations *old_operations(const struct proc_dir_entry *entry)
{
	static const struct file_operations readable = { .open = simple_open, .read = read_old };
	static const struct file_operations writable = { .open = simple_open, .write = write_old };
	static const struct file_operations both = { .open = simple_open, .read = read_old, .write = write_old };

	if (!entry->shown.read_proc)
		return entry->shown.write_proc ? &writable : NULL;
	return entry->shown.write_proc ? &both : &readable;
}

/* What a driver's open() finds in i_private: its data; for our own files, the entry. */
const struct file_operations *proc_open_path(const char *path, void **private)
{
	struct proc_dir_entry *entry = proc_find(path);

	if (!entry || !entry->mode)
		return NULL;
	if (entry->shown.proc_fops) {
		*private = entry->shown.data;
		return entry->shown.proc_fops;
	}
	if (old_operations(entry)) {
		*private = entry;
		return old_operations(entry);
	}
	*private = entry->show || entry->seq_ops || entry->width ? (void *)entry : entry->shown.data;
	return &entry->fops;
}

/* Name the `index`th file, and give its mode; -ENOENT where there are no more. */
long proc_name_file(u64 index, char *name, size_t size)
{
	struct proc_dir_entry *entry;

	list_for_each_entry(entry, &entries, list) {
		if (!entry->mode || index--)
			continue;
		strlcpy(name, entry->path, size);
		return entry->mode & 07777;
	}
	return -ENOENT;
}

struct proc_dir_entry *create_proc_entry(const char *name, umode_t mode, struct proc_dir_entry *parent)
{
	return S_ISDIR(mode) ? proc_mkdir(name, parent) : __proc_create_fops(name, mode & 07777, parent, NULL, NULL);
}
