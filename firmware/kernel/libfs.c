// SPDX-License-Identifier: GPL-2.0-only
/* Operations that many files share. fs/libfs.c, read_write.c, open.c, fcntl.c */
#include <linux/fs.h>
#include <linux/string.h>
#include <linux/uaccess.h>

loff_t no_llseek(struct file *file, loff_t offset, int whence)
{
	return -ESPIPE;
}

loff_t noop_llseek(struct file *file, loff_t offset, int whence)
{
	return file->f_pos;
}

loff_t vfs_setpos(struct file *file, loff_t offset, loff_t most)
{
	if (offset < 0 || offset > most)
		return -EINVAL;
	file->f_pos = offset;
	return offset;
}

loff_t generic_file_llseek_size(struct file *file, loff_t offset, int whence, loff_t most, loff_t end)
{
	if (whence == SEEK_CUR)
		offset += file->f_pos;
	else if (whence == SEEK_END)
		offset += end;
	else if (whence != SEEK_SET)
		return -EINVAL;
	return vfs_setpos(file, offset, most);
}

loff_t default_llseek(struct file *file, loff_t offset, int whence)
{
	return generic_file_llseek_size(file, offset, whence, S64_MAX, file->f_inode->i_size);
}

loff_t generic_file_llseek(struct file *file, loff_t offset, int whence)
{
	return default_llseek(file, offset, whence);
}

loff_t fixed_size_llseek(struct file *file, loff_t offset, int whence, loff_t size)
{
	return generic_file_llseek_size(file, offset, whence, size, size);
}

int nonseekable_open(struct inode *inode, struct file *file)
{
	file->f_mode &= ~(FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE);
	return 0;
}

int stream_open(struct inode *inode, struct file *file)
{
	return nonseekable_open(inode, file);
}

int simple_open(struct inode *inode, struct file *file)
{
	if (inode->i_private)
		file->private_data = inode->i_private;
	return 0;
}

ssize_t simple_read_from_buffer(void __user *to, size_t count, loff_t *at, const void *from, size_t available)
{
	loff_t start = *at;
	size_t left;

	if (start < 0)
		return -EINVAL;
	if (start >= (loff_t)available || !count)
		return 0;
	count = min_t(size_t, count, available - start);
	left = copy_to_user(to, (const char *)from + start, count);
	if (left == count)
		return -EFAULT;
	*at = start + (count - left);
	return count - left;
}

ssize_t simple_write_to_buffer(void *to, size_t available, loff_t *at, const void __user *from, size_t count)
{
	loff_t start = *at;
	size_t left;

	if (start < 0)
		return -EINVAL;
	if (start >= (loff_t)available || !count)
		return 0;
	count = min_t(size_t, count, available - start);
	left = copy_from_user((char *)to + start, from, count);
	if (left == count)
		return -EFAULT;
	*at = start + (count - left);
	return count - left;
}

long compat_ptr_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	if (!file->f_op->unlocked_ioctl)
		return -ENOIOCTLCMD;
	return file->f_op->unlocked_ioctl(file, command, argument);
}

/* Nobody can be told by a signal here; whoever asks to be is taken down, and that is all. */
int fasync_helper(int fd, struct file *file, int on, struct fasync_struct **list)
{
	return on ? 1 : 0;
}

void kill_fasync(struct fasync_struct **list, int signal, int band)
{
}
