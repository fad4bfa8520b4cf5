// SPDX-License-Identifier: GPL-2.0-only
/* A module whose functions have the old, fixed names. */
#include <linux/kernel.h>
#include <linux/module.h>

int init_module(void)
{
	pr_info("old_names: in\n");
	return 0;
}

void cleanup_module(void)
{
	pr_info("old_names: out\n");
}

MODULE_LICENSE("GPL");
