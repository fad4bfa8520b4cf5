/* SPDX-License-Identifier: GPL-2.0-only */
/* There are no terminals: the names, for those who include this without need. */
#ifndef LINUX_TTY_H
#define LINUX_TTY_H

#include <linux/fs.h>

struct tty_struct;
struct tty_driver;
struct tty_port;

#endif
