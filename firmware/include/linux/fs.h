/* SPDX-License-Identifier: GPL-2.0-only */
/* Files and what drivers do with them. Of a file system there are only the nodes of devices. */
#ifndef LINUX_FS_H
#define LINUX_FS_H

#include <kernel/api.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/ioctl.h>
#include <linux/kdev_t.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/stat.h>
#include <linux/types.h>

struct cdev;
struct dentry;
struct inode;
struct iov_iter;
struct kiocb;
struct module;
struct poll_table_struct;
struct seq_file;
struct vm_area_struct;

#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2

#define FMODE_READ 0x1
#define FMODE_WRITE 0x2
#define FMODE_LSEEK 0x4
#define FMODE_PREAD 0x8
#define FMODE_PWRITE 0x10

struct qstr {
	const unsigned char *name;
	unsigned int len;
};

struct dentry {
	struct inode *d_inode;
	struct dentry *d_parent;
	struct qstr d_name;
};

struct path {
	struct dentry *dentry;
};

struct inode {
	umode_t i_mode;
	dev_t i_rdev;
	loff_t i_size;
	unsigned long i_ino;
	unsigned int i_flags;
	const struct file_operations *i_fop;
	struct cdev *i_cdev;
	void *i_private;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
	const struct file_operations *f_op;
	unsigned int f_flags;
	fmode_t f_mode;
	loff_t f_pos;
	void *private_data;
	long f_count;
	struct address_space *f_mapping;
};

#if API_BEFORE(3, 19)
#define f_dentry f_path.dentry
#endif

typedef int (*filldir_t)(void *buf, const char *name, int length, loff_t at, u64 ino, unsigned int type);
typedef void *fl_owner_t;

struct file_operations {
	struct module *owner;
	loff_t (*llseek)(struct file *file, loff_t offset, int whence);
	ssize_t (*read)(struct file *file, char __user *buf, size_t count, loff_t *at);
	ssize_t (*write)(struct file *file, const char __user *buf, size_t count, loff_t *at);
	ssize_t (*read_iter)(struct kiocb *iocb, struct iov_iter *to);
	ssize_t (*write_iter)(struct kiocb *iocb, struct iov_iter *from);
	__poll_t (*poll)(struct file *file, struct poll_table_struct *wait);
	long (*unlocked_ioctl)(struct file *file, unsigned int command, unsigned long argument);
	long (*compat_ioctl)(struct file *file, unsigned int command, unsigned long argument);
#if API_BEFORE(2, 7)
	int (*ioctl)(struct inode *inode, struct file *file, unsigned int command, unsigned long argument);
#else
	void *__ioctl;
#endif
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	int (*open)(struct inode *inode, struct file *file);
	int (*flush)(struct file *file, fl_owner_t id);
	int (*release)(struct inode *inode, struct file *file);
	int (*fsync)(struct file *file, loff_t from, loff_t to, int datasync);
	int (*fasync)(int fd, struct file *file, int on);
	void (*show_fdinfo)(struct seq_file *m, struct file *file);
	long (*fallocate)(struct file *file, int mode, loff_t offset, loff_t length);
	unsigned long mmap_supported_flags;
};

struct fasync_struct {
	int fa_fd;
	struct fasync_struct *fa_next;
	struct file *fa_file;
};

static inline unsigned int iminor(const struct inode *inode)
{
	return MINOR(inode->i_rdev);
}

static inline unsigned int imajor(const struct inode *inode)
{
	return MAJOR(inode->i_rdev);
}

static inline struct inode *file_inode(const struct file *file)
{
	return file->f_inode;
}

#define fops_get(fops) (fops)
#define fops_put(fops) do { (void)(fops); } while (0)
#define replace_fops(file, fops) ((file)->f_op = (fops))

/* Numbers of character devices. Major 0 asks for one that is free. */
int alloc_chrdev_region(dev_t *first, unsigned int base, unsigned int count, const char *name);
int register_chrdev_region(dev_t first, unsigned int count, const char *name);
void unregister_chrdev_region(dev_t first, unsigned int count);
int __register_chrdev(unsigned int major, unsigned int base, unsigned int count, const char *name,
		      const struct file_operations *fops);
void __unregister_chrdev(unsigned int major, unsigned int base, unsigned int count, const char *name);

static inline int register_chrdev(unsigned int major, const char *name, const struct file_operations *fops)
{
	return __register_chrdev(major, 0, 256, name, fops);
}

static inline void unregister_chrdev(unsigned int major, const char *name)
{
	__unregister_chrdev(major, 0, 256, name);
}

/* Ready-made operations. */
loff_t no_llseek(struct file *file, loff_t offset, int whence);
loff_t noop_llseek(struct file *file, loff_t offset, int whence);
loff_t default_llseek(struct file *file, loff_t offset, int whence);
loff_t generic_file_llseek(struct file *file, loff_t offset, int whence);
loff_t fixed_size_llseek(struct file *file, loff_t offset, int whence, loff_t size);
loff_t generic_file_llseek_size(struct file *file, loff_t offset, int whence, loff_t most, loff_t end);
loff_t vfs_setpos(struct file *file, loff_t offset, loff_t most);
int nonseekable_open(struct inode *inode, struct file *file);
int stream_open(struct inode *inode, struct file *file);
int simple_open(struct inode *inode, struct file *file);
ssize_t simple_read_from_buffer(void __user *to, size_t count, loff_t *at, const void *from, size_t available);
ssize_t simple_write_to_buffer(void *to, size_t available, loff_t *at, const void __user *from, size_t count);
long compat_ptr_ioctl(struct file *file, unsigned int command, unsigned long argument);
int fasync_helper(int fd, struct file *file, int on, struct fasync_struct **list);
void kill_fasync(struct fasync_struct **list, int signal, int band);

#include <kernel/everything.h>

#endif
