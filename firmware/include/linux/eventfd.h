/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters that a driver adds to, and user space reads by a descriptor. */
#ifndef LINUX_EVENTFD_H
#define LINUX_EVENTFD_H

#include <kernel/api.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/wait.h>

#define EFD_SEMAPHORE 1
#define EFD_NONBLOCK O_NONBLOCK
#define EFD_CLOEXEC O_CLOEXEC

struct eventfd_ctx;

struct file *eventfd_fget(int fd);
struct eventfd_ctx *eventfd_ctx_fdget(int fd);
struct eventfd_ctx *eventfd_ctx_fileget(struct file *file);
void eventfd_ctx_put(struct eventfd_ctx *ctx);
u64 __eventfd_signal(struct eventfd_ctx *ctx, u64 count);

/* By one at a time, and without a result, since 6.8. */
#if API_BEFORE(6, 8)
#define eventfd_signal(ctx, count) __eventfd_signal((ctx), (count))
#else
static inline void eventfd_signal(struct eventfd_ctx *ctx)
{
	__eventfd_signal(ctx, 1);
}
#endif

#endif
