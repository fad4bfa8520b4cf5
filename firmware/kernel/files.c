// SPDX-License-Identifier: GPL-2.0-only
/* Open files: the calls that user space makes on them. fs/open.c, read_write.c, ioctl.c, select.c */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uio.h>

#include "files.h"
#include "kernel.h"
#include "syscalls.h"

#define NR_FILES 64

static struct file *files[NR_FILES];

struct open_file {
	struct file file;
	struct dentry dentry;
	struct inode inode;
	struct cdev *cdev;
	struct module *owner;
	char name[96];
};

struct file *fget(unsigned int fd)
{
	return fd < NR_FILES ? files[fd] : NULL;
}

static int find_file(const char *path, struct open_file *open)
{
	struct inode *inode = &open->inode;
	int error;

	inode->i_fop = sysfs_open_path(path, &inode->i_private);
	if (!inode->i_fop)
		inode->i_fop = proc_open_path(path, &inode->i_private);
	if (!inode->i_fop)
		inode->i_fop = eventfd_open_path(path);
	if (inode->i_fop) {
		inode->i_mode = S_IFREG;
		return 0;
	}
	error = find_node(path, &inode->i_rdev);
	if (error)
		return error;
	open->cdev = cdev_find(inode->i_rdev);
	if (!open->cdev)
		return -ENXIO;
	inode->i_mode = S_IFCHR;
	inode->i_cdev = open->cdev;
	inode->i_fop = open->cdev->ops;
	open->owner = open->cdev->owner ? open->cdev->owner : inode->i_fop->owner;
	return 0;
}

static fmode_t mode_of(unsigned int flags)
{
	fmode_t mode = FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;

	if ((flags & O_ACCMODE) != O_WRONLY)
		mode |= FMODE_READ;
	if ((flags & O_ACCMODE) != O_RDONLY)
		mode |= FMODE_WRITE;
	return mode;
}

static void free_open(struct open_file *open)
{
	module_put(open->owner);
	if (open->cdev)
		kobject_put(&open->cdev->kobj);
	kfree(open);
}

long sys_open(const char *path, unsigned int flags)
{
	struct open_file *open;
	int fd = 3, error;

	while (fd < NR_FILES && files[fd])
		fd++;
	if (fd == NR_FILES)
		return -EMFILE;
	open = kzalloc(sizeof(*open), GFP_KERNEL);
	if (!open)
		return -ENOMEM;
	error = find_file(path, open);
	if (error) {
		kfree(open);
		return error;
	}
	strlcpy(open->name, strrchr(path, '/') + 1, sizeof(open->name));
	open->dentry = (struct dentry) { &open->inode, NULL, { (unsigned char *)open->name, strlen(open->name) } };
	open->file = (struct file) {
		.f_path = { &open->dentry }, .f_inode = &open->inode, .f_op = open->inode.i_fop,
		.f_flags = flags, .f_mode = mode_of(flags), .f_count = 1,
	};
	__module_get(open->owner);
	if (open->cdev)
		kobject_get(&open->cdev->kobj);
	if (open->file.f_op->open)
		error = open->file.f_op->open(&open->inode, &open->file);
	if (error) {
		free_open(open);
		return error;
	}
	files[fd] = &open->file;
	return fd;
}

/* The last user of an open file has gone: a descriptor, or a mapping. */
void fput(struct file *file)
{
	if (--file->f_count)
		return;
	if ((file->f_flags & FASYNC) && file->f_op->fasync)
		file->f_op->fasync(-1, file, 0);
	if (file->f_op->release)
		file->f_op->release(file->f_inode, file);
	free_open(container_of(file, struct open_file, file));
}

long sys_close(unsigned int fd)
{
	struct file *file = fget(fd);
	int error = 0;

	if (!file)
		return -EBADF;
	files[fd] = NULL;
	if (file->f_op->flush)
		error = file->f_op->flush(file, NULL);
	fput(file);
	return error;
}

void close_all_files(void)
{
	for (unsigned int fd = 0; fd < NR_FILES; fd++)
		if (files[fd])
			sys_close(fd);
}

static long do_read(struct file *file, char __user *buf, size_t count, loff_t *at)
{
	struct kiocb iocb = { file, *at, 0 };
	struct iov_iter iter = { buf, count };
	long done;

	if (!(file->f_mode & FMODE_READ))
		return -EBADF;
	if (!access_ok(buf, count))
		return -EFAULT;
	if (file->f_op->read)
		return file->f_op->read(file, buf, count, at);
	if (!file->f_op->read_iter)
		return -EINVAL;
	done = file->f_op->read_iter(&iocb, &iter);
	*at = iocb.ki_pos;
	return done;
}

static long do_write(struct file *file, const char __user *buf, size_t count, loff_t *at)
{
	struct kiocb iocb = { file, *at, 0 };
	struct iov_iter iter = { (char __user *)buf, count };
	long done;

	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (!access_ok(buf, count))
		return -EFAULT;
	if (file->f_op->write)
		return file->f_op->write(file, buf, count, at);
	if (!file->f_op->write_iter)
		return -EINVAL;
	done = file->f_op->write_iter(&iocb, &iter);
	*at = iocb.ki_pos;
	return done;
}

long sys_transfer(unsigned int fd, unsigned long buf, size_t count, const loff_t *where, int write)
{
	struct file *file = fget(fd);
	loff_t at;
	long done;

	if (!file)
		return -EBADF;
	if (where && !(file->f_mode & (write ? FMODE_PWRITE : FMODE_PREAD)))
		return -ESPIPE;
	at = where ? *where : file->f_pos;
	done = write ? do_write(file, (char __user *)buf, count, &at) : do_read(file, (char __user *)buf, count, &at);
	if (!where)
		file->f_pos = at;
	return done;
}

long sys_lseek(unsigned int fd, loff_t offset, int whence)
{
	struct file *file = fget(fd);

	if (!file)
		return -EBADF;
	if (!(file->f_mode & FMODE_LSEEK))
		return -ESPIPE;
	/* A driver that says nothing cannot seek: so since 6.0. Before, it got default_llseek(). */
	return file->f_op->llseek ? file->f_op->llseek(file, offset, whence) : default_llseek(file, offset, whence);
}

long sys_ioctl(unsigned int fd, unsigned int command, unsigned long argument)
{
	int (*old)(struct inode *inode, struct file *file, unsigned int command, unsigned long argument);
	struct file *file = fget(fd);
	long error = -ENOTTY;

	if (!file)
		return -EBADF;
	old = file->f_op->__ioctl;
	if (file->f_op->unlocked_ioctl)
		error = file->f_op->unlocked_ioctl(file, command, argument);
	else if (old)
		error = old(file->f_inode, file, command, argument);
	return error == -ENOIOCTLCMD ? -ENOTTY : error;
}

/* Look until something is ready; a driver that has no poll always is. */
long sys_poll(unsigned int fd, unsigned int events, long timeout_ms)
{
	unsigned long end = jiffies + (timeout_ms < 0 ? 0 : msecs_to_jiffies(timeout_ms));
	struct file *file = fget(fd);
	unsigned int ready;

	if (!file)
		return POLLNVAL;
	for (;;) {
		poll_table table = { 0, events };

		ready = file->f_op->poll ? file->f_op->poll(file, &table) :
			POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
		ready &= events | POLLERR | POLLHUP;
		if (ready || (timeout_ms >= 0 && time_after_eq(jiffies, end)))
			return ready;
		if (user_signal_pending())
			return -EINTR;
		user_tick();
	}
}

long sys_mmap(unsigned int fd, unsigned long length, unsigned long offset, unsigned long protection)
{
	struct file *file = fget(fd);

	if (!file)
		return -EBADF;
	return user_map(file, length, offset, protection);
}

long sys_fsync(unsigned int fd)
{
	struct file *file = fget(fd);

	if (!file)
		return -EBADF;
	return file->f_op->fsync ? file->f_op->fsync(file, 0, S64_MAX, 0) : -EINVAL;
}
