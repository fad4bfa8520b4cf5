/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_INIT_H
#define LINUX_INIT_H

#include <linux/module.h>

#endif
