/* SPDX-License-Identifier: GPL-2.0-only */
/* Error numbers; the last ones are the kernel's own and never reach user space. */
#ifndef LINUX_ERRNO_H
#define LINUX_ERRNO_H

#include <asm-generic/errno.h>

#define ERESTARTSYS 512
#define ERESTARTNOINTR 513
#define ERESTARTNOHAND 514
#define ENOIOCTLCMD 515
#define ERESTART_RESTARTBLOCK 516
#define EPROBE_DEFER 517
#define EOPENSTALE 518
#define ENOTSUPP 524

#endif
