/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether the driver is compiled for a kernel older than the one in which something changed. */
#ifndef KERNEL_API_H
#define KERNEL_API_H

#include <linux/version.h>

#define API_BEFORE(major, minor) (LINUX_VERSION_CODE < KERNEL_VERSION(major, minor, 0))

#endif
