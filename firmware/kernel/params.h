/* SPDX-License-Identifier: GPL-2.0-only */
/* Between a module's parameters, the command line that sets them, and /sys/module/<name>/parameters. */
#ifndef KERNEL_PARAMS_H
#define KERNEL_PARAMS_H

#include <linux/moduleparam.h>

int parse_params(const struct kernel_param *first, const struct kernel_param *end);
void add_params(const struct kernel_param *first, const struct kernel_param *end);
void remove_params(void);

#endif
