/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_FILE_H
#define LINUX_FILE_H

#include <linux/fs.h>

struct file *fget(unsigned int fd);	/* the kernel's own: counts nobody */
void fput(struct file *file);

static inline struct file *__fget_counted(unsigned int fd)
{
	struct file *file = fget(fd);

	if (file)
		file->f_count++;
	return file;
}

struct fd {
	struct file *file;
};

#define fdget(descriptor) ((struct fd) { fget(descriptor) })
#define fget __fget_counted
#define fdput(fd) do {} while (0)
#define fd_file(fd) ((fd).file)

#endif
