// SPDX-License-Identifier: GPL-2.0-only
/* One module of two files: this one has its start and end. */
#include <linux/module.h>

#include "two_files.h"

int two_files_state = 1;

static int __init two_files_init(void)
{
	pr_info("two_files: %d\n", two_files_double(21));
	return two_files_double(two_files_state) == 2 ? 0 : -EINVAL;
}

static void __exit two_files_exit(void)
{
}

module_init(two_files_init);
module_exit(two_files_exit);
MODULE_LICENSE("GPL");
