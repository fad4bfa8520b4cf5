/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_MAJOR_H
#define LINUX_MAJOR_H

#define MEM_MAJOR 1
#define TTY_MAJOR 4
#define MISC_MAJOR 10

#endif
