// SPDX-License-Identifier: GPL-2.0-only
/* Event counters: made by user space, added to by drivers, from interrupts too. fs/eventfd.c */
#include <kernel/track.h>
#include <linux/eventfd.h>
#include <linux/kref.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "files.h"

#define EVENTFD_MOST (~0ull - 1)	/* one more says that a driver has overrun it */

struct eventfd_ctx {
	struct kref kref;
	wait_queue_head_t queue;
	u64 count;
};

static int eventfd_open(struct inode *inode, struct file *file)
{
	struct eventfd_ctx *ctx = kzalloc(sizeof(*ctx), GFP_KERNEL);

	if (!ctx)
		return -ENOMEM;
	kref_init(&ctx->kref);
	init_waitqueue_head(&ctx->queue);
	file->private_data = ctx;
	return 0;
}

static void eventfd_free(struct kref *kref)
{
	kfree(container_of(kref, struct eventfd_ctx, kref));
}

static int eventfd_release(struct inode *inode, struct file *file)
{
	struct eventfd_ctx *ctx = file->private_data;

	wake_up_poll(&ctx->queue, EPOLLHUP);
	kref_put(&ctx->kref, eventfd_free);
	return 0;
}

/* Take what the counter holds, or nothing where that is 0. */
static u64 take(struct eventfd_ctx *ctx)
{
	unsigned long flags;
	u64 count;

	spin_lock_irqsave(&ctx->queue.lock, flags);
	count = ctx->count;
	ctx->count = 0;
	spin_unlock_irqrestore(&ctx->queue.lock, flags);
	return count;
}

static ssize_t eventfd_read(struct file *file, char __user *buf, size_t length, loff_t *at)
{
	struct eventfd_ctx *ctx = file->private_data;
	u64 count;
	int error;

	if (length < sizeof(count))
		return -EINVAL;
	if (!READ_ONCE(ctx->count) && (file->f_flags & O_NONBLOCK))
		return -EAGAIN;
	error = wait_event_interruptible(ctx->queue, (count = take(ctx)) != 0);
	if (error)
		return error;
	return copy_to_user(buf, &count, sizeof(count)) ? -EFAULT : (ssize_t)sizeof(count);
}

static ssize_t eventfd_write(struct file *file, const char __user *buf, size_t length, loff_t *at)
{
	struct eventfd_ctx *ctx = file->private_data;
	u64 count;

	if (length < sizeof(count))
		return -EINVAL;
	if (copy_from_user(&count, buf, sizeof(count)))
		return -EFAULT;
	if (count > EVENTFD_MOST)
		return -EINVAL;
	if (count > EVENTFD_MOST - READ_ONCE(ctx->count))
		return -EAGAIN;
	__eventfd_signal(ctx, count);
	return sizeof(count);
}

static __poll_t eventfd_poll(struct file *file, poll_table *table)
{
	struct eventfd_ctx *ctx = file->private_data;
	u64 count = READ_ONCE(ctx->count);

	poll_wait(file, &ctx->queue, table);
	return (count ? EPOLLIN : 0) | (count > EVENTFD_MOST ? EPOLLERR : 0) | (count < EVENTFD_MOST ? EPOLLOUT : 0);
}

static const struct file_operations eventfd_fops = {
	.open = eventfd_open, .release = eventfd_release, .read = eventfd_read, .write = eventfd_write,
	.poll = eventfd_poll, .llseek = noop_llseek,
};

/* What eventfd(2) is here: user space opens a name that no device can have. */
const struct file_operations *eventfd_open_path(const char *path)
{
	return strcmp(path, "anon_inode:/eventfd") ? NULL : &eventfd_fops;
}

/* Add to the counter, as far as it goes, and say how much that was. */
u64 __eventfd_signal(struct eventfd_ctx *ctx, u64 count)
{
	unsigned long flags;

	spin_lock_irqsave(&ctx->queue.lock, flags);
	if (count > ~0ull - ctx->count)
		count = ~0ull - ctx->count;
	ctx->count += count;
	spin_unlock_irqrestore(&ctx->queue.lock, flags);
	wake_up_poll(&ctx->queue, EPOLLIN);
	return count;
}

struct file *eventfd_fget(int fd)
{
	struct file *file = fget(fd);

	if (!file)
		return ERR_PTR(-EBADF);
	if (file->f_op == &eventfd_fops)
		return file;
	fput(file);
	return ERR_PTR(-EINVAL);
}

struct eventfd_ctx *eventfd_ctx_fileget(struct file *file)
{
	struct eventfd_ctx *ctx = file->private_data;

	if (file->f_op != &eventfd_fops)
		return ERR_PTR(-EINVAL);
	kref_get(&ctx->kref);
	track("eventfd", (unsigned long)ctx, NULL);
	return ctx;
}

struct eventfd_ctx *eventfd_ctx_fdget(int fd)
{
	struct file *file = eventfd_fget(fd);
	struct eventfd_ctx *ctx;

	if (IS_ERR(file))
		return ERR_CAST(file);
	ctx = eventfd_ctx_fileget(file);
	fput(file);
	return ctx;
}

void eventfd_ctx_put(struct eventfd_ctx *ctx)
{
	untrack("eventfd", (unsigned long)ctx);
	kref_put(&ctx->kref, eventfd_free);
}
