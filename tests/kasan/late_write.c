// SPDX-License-Identifier: GPL-2.0-only
/* Writes to an object that it has freed, and beyond one that it keeps; nobody comes across either before it goes. */
#include <linux/module.h>
#include <linux/slab.h>

static char *kept;

static int __init late_write_init(void)
{
	char *gone = kmalloc(2000, GFP_KERNEL);

	kept = kmalloc(128, GFP_KERNEL);
	if (!gone || !kept)
		return -ENOMEM;
	kfree(gone);
	((volatile char *)gone)[100] = 1;
	((volatile char *)kept)[128] = 1;
	return 0;
}

static void __exit late_write_exit(void)
{
}

module_init(late_write_init);
module_exit(late_write_exit);
MODULE_DESCRIPTION("damage that nobody comes across");
MODULE_LICENSE("GPL");
