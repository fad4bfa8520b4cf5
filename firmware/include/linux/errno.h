/* SPDX-License-Identifier: GPL-2.0-only */
/* Error numbers. */
#ifndef LINUX_ERRNO_H
#define LINUX_ERRNO_H

#define EPERM 1
#define ENOENT 2
#define ESRCH 3
#define EINTR 4
#define EIO 5
#define ENXIO 6
#define EAGAIN 11
#define ENOMEM 12
#define EFAULT 14
#define EBUSY 16
#define EEXIST 17
#define ENODEV 19
#define EINVAL 22
#define ENOSPC 28
#define EDEADLK 35
#define ETIME 62
#define EBADMSG 74
#define EOVERFLOW 75
#define ETIMEDOUT 110

/* Never seen by user space: a system call is to be tried again once the signal has been handled. */
#define ERESTARTSYS 512

#endif
