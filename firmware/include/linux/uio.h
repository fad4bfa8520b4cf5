/* SPDX-License-Identifier: GPL-2.0-only */
/* A user's buffer on its way through read_iter and write_iter: one piece. */
#ifndef LINUX_UIO_H
#define LINUX_UIO_H

#include <linux/fs.h>
#include <linux/uaccess.h>

struct iov_iter {
	char __user *at;
	size_t count;
};

struct kiocb {
	struct file *ki_filp;
	loff_t ki_pos;
	int ki_flags;
};

static inline size_t iov_iter_count(const struct iov_iter *iter)
{
	return iter->count;
}

static inline void iov_iter_advance(struct iov_iter *iter, size_t bytes)
{
	iter->at += bytes;
	iter->count -= bytes;
}

static inline size_t copy_to_iter(const void *from, size_t bytes, struct iov_iter *iter)
{
	size_t wanted = bytes < iter->count ? bytes : iter->count;
	size_t copied = wanted - copy_to_user(iter->at, from, wanted);

	iov_iter_advance(iter, copied);
	return copied;
}

static inline size_t copy_from_iter(void *to, size_t bytes, struct iov_iter *iter)
{
	size_t wanted = bytes < iter->count ? bytes : iter->count;
	size_t copied = wanted - copy_from_user(to, iter->at, wanted);

	iov_iter_advance(iter, copied);
	return copied;
}

#endif
