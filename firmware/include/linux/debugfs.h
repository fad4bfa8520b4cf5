/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of drivers under /sys/kernel/debug. */
#ifndef LINUX_DEBUGFS_H
#define LINUX_DEBUGFS_H

#include <linux/fs.h>
#include <linux/seq_file.h>

struct debugfs_blob_wrapper {
	void *data;
	unsigned long size;
};

struct dentry *debugfs_create_dir(const char *name, struct dentry *parent);
struct dentry *debugfs_create_file(const char *name, umode_t mode, struct dentry *parent, void *data,
				   const struct file_operations *fops);
struct dentry *__debugfs_create_number(const char *name, umode_t mode, struct dentry *parent, void *value,
				       unsigned int width, bool hex);
struct dentry *debugfs_create_blob(const char *name, umode_t mode, struct dentry *parent,
				   struct debugfs_blob_wrapper *blob);
void debugfs_remove(struct dentry *dentry);
#define debugfs_remove_recursive debugfs_remove
#define debugfs_create_file_unsafe debugfs_create_file
#define debugfs_create_u8(name, mode, parent, value) __debugfs_create_number(name, mode, parent, value, 1, false)
#define debugfs_create_u16(name, mode, parent, value) __debugfs_create_number(name, mode, parent, value, 2, false)
#define debugfs_create_u32(name, mode, parent, value) __debugfs_create_number(name, mode, parent, value, 4, false)
#define debugfs_create_u64(name, mode, parent, value) __debugfs_create_number(name, mode, parent, value, 8, false)
#define debugfs_create_x8(name, mode, parent, value) __debugfs_create_number(name, mode, parent, value, 1, true)
#define debugfs_create_x16(name, mode, parent, value) __debugfs_create_number(name, mode, parent, value, 2, true)
#define debugfs_create_x32(name, mode, parent, value) __debugfs_create_number(name, mode, parent, value, 4, true)
#define debugfs_create_x64(name, mode, parent, value) __debugfs_create_number(name, mode, parent, value, 8, true)
#define debugfs_create_size_t(name, mode, parent, value) __debugfs_create_number(name, mode, parent, value, 8, false)
#define debugfs_create_bool(name, mode, parent, value) __debugfs_create_number(name, mode, parent, value, 1, false)

static inline bool debugfs_initialized(void)
{
	return true;
}

#endif
