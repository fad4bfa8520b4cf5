/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of drivers under /proc. */
#ifndef LINUX_PROC_FS_H
#define LINUX_PROC_FS_H

#include <linux/fs.h>
#include <linux/seq_file.h>

struct proc_dir_entry;
struct net;

typedef int (read_proc_t)(char *page, char **start, off_t at, int count, int *eof, void *data);
typedef int (write_proc_t)(struct file *file, const char __user *buf, unsigned long count, void *data);

/* The part of an entry that drivers set for themselves before 3.10. */
#define __PROC_ENTRY_SHOWN								\
	const struct file_operations *proc_fops;					\
	read_proc_t *read_proc;								\
	write_proc_t *write_proc;							\
	void *data;									\
	struct module *owner;								\
	uid_t uid, gid;									\
	loff_t size;

struct proc_entry_shown {
	__PROC_ENTRY_SHOWN
};

#define PROC_ENTRY_PERMANENT 1

struct proc_ops {
	unsigned int proc_flags;
	int (*proc_open)(struct inode *inode, struct file *file);
	ssize_t (*proc_read)(struct file *file, char __user *buf, size_t count, loff_t *at);
	ssize_t (*proc_write)(struct file *file, const char __user *buf, size_t count, loff_t *at);
	loff_t (*proc_lseek)(struct file *file, loff_t offset, int whence);
	int (*proc_release)(struct inode *inode, struct file *file);
	__poll_t (*proc_poll)(struct file *file, struct poll_table_struct *wait);
	ssize_t (*proc_read_iter)(struct kiocb *iocb, struct iov_iter *to);
	long (*proc_compat_ioctl)(struct file *file, unsigned int command, unsigned long argument);
	long (*proc_ioctl)(struct file *file, unsigned int command, unsigned long argument);
	int (*proc_mmap)(struct file *file, struct vm_area_struct *vma);
};

struct proc_dir_entry *__proc_create_fops(const char *name, umode_t mode, struct proc_dir_entry *parent,
					  const struct file_operations *fops, void *data);
struct proc_dir_entry *__proc_create_ops(const char *name, umode_t mode, struct proc_dir_entry *parent,
					 const struct proc_ops *ops, void *data);
#if API_BEFORE(5, 6)
#define proc_create_data __proc_create_fops
#else
#define proc_create_data __proc_create_ops
#endif
#define proc_create(name, mode, parent, ops) proc_create_data((name), (mode), (parent), (ops), NULL)
struct proc_dir_entry *proc_create_single_data(const char *name, umode_t mode, struct proc_dir_entry *parent,
					       int (*show)(struct seq_file *m, void *v), void *data);
#define proc_create_single(name, mode, parent, show) proc_create_single_data((name), (mode), (parent), (show), NULL)
struct proc_dir_entry *proc_create_seq_private(const char *name, umode_t mode, struct proc_dir_entry *parent,
					       const struct seq_operations *ops, unsigned int private_bytes, void *data);
#define proc_create_seq_data(name, mode, parent, ops, data)				\
	proc_create_seq_private((name), (mode), (parent), (ops), 0, (data))
#define proc_create_seq(name, mode, parent, ops) proc_create_seq_private((name), (mode), (parent), (ops), 0, NULL)
#define proc_set_size(entry, size) do { (void)(entry); (void)(size); } while (0)
#define proc_set_user(entry, uid, gid) do { (void)(entry); } while (0)
struct proc_dir_entry *proc_mkdir(const char *name, struct proc_dir_entry *parent);
void proc_remove(struct proc_dir_entry *entry);
void remove_proc_entry(const char *name, struct proc_dir_entry *parent);
int remove_proc_subtree(const char *name, struct proc_dir_entry *parent);
void *__pde_data(const struct inode *inode);
#if API_BEFORE(3, 10)
struct proc_dir_entry {
	__PROC_ENTRY_SHOWN
};

struct proc_dir_entry *create_proc_entry(const char *name, umode_t mode, struct proc_dir_entry *parent);

static inline struct proc_dir_entry *create_proc_read_entry(const char *name, umode_t mode,
							    struct proc_dir_entry *parent, read_proc_t *read, void *data)
{
	struct proc_dir_entry *entry = create_proc_entry(name, mode, parent);

	if (entry) {
		entry->read_proc = read;
		entry->data = data;
	}
	return entry;
}

#endif
#define proc_mkdir_mode(name, mode, parent) proc_mkdir((name), (parent))
#define proc_mkdir_data(name, mode, parent, data) proc_mkdir((name), (parent))
#define PDE_DATA __pde_data
#define pde_data __pde_data

#endif
