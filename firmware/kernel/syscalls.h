/* SPDX-License-Identifier: GPL-2.0-only */
/* What user space can ask for. */
#ifndef KERNEL_SYSCALLS_H
#define KERNEL_SYSCALLS_H

#include <linux/fs.h>

void fput(struct file *file);
long sys_transfer(unsigned int fd, unsigned long buf, size_t count, const loff_t *where, int write);
long sys_lseek(unsigned int fd, loff_t offset, int whence);
long sys_ioctl(unsigned int fd, unsigned int command, unsigned long argument);
long sys_poll(unsigned int fd, unsigned int events, long timeout_ms);
long sys_mmap(unsigned int fd, unsigned long length, unsigned long offset, unsigned long protection);
long sys_fsync(unsigned int fd);

/* user_task.c: whether the user has been interrupted; and let a tick go by. */
int user_signal_pending(void);
void user_tick(void);

#endif
