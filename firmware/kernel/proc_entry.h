/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files under /proc and those under /sys/kernel/debug, which are of the same kind. */
#ifndef KERNEL_PROC_ENTRY_H
#define KERNEL_PROC_ENTRY_H

#include <linux/proc_fs.h>

#define PROC_PATH_LENGTH 160

/* Also what stands for a dentry of debugfs: nobody looks into one. What old drivers set by themselves comes first. */
struct proc_dir_entry {
	struct proc_entry_shown shown;
	struct dentry dentry;
	struct list_head list;
	struct proc_dir_entry *parent;
	const char *kind;
	char path[PROC_PATH_LENGTH];
	umode_t mode;			/* 0: a folder */
	struct file_operations fops;
	int (*show)(struct seq_file *m, void *v);
	const struct seq_operations *seq_ops;
	unsigned int private_bytes;	/* what a reader of such a file has for itself */
	unsigned int width;		/* of a number, in bytes */
	bool hex;
};

struct proc_dir_entry *proc_create_entry(const char *kind, const char *root, const char *name, umode_t mode,
					 struct proc_dir_entry *parent);
struct proc_dir_entry *proc_find(const char *path);

#endif
