// SPDX-License-Identifier: GPL-2.0-only
/* Writes the end of a text behind the room for it. */
#include <linux/module.h>
#include <linux/slab.h>

static char *name = "thirteen long";
module_param(name, charp, 0444);

static int __init one_too_many_init(void)
{
	size_t length = strlen(name);
	char *copy = kmalloc(length, GFP_KERNEL);

	if (!copy)
		return -ENOMEM;
	copy[length] = 0;
	memcpy(copy, name, length);
	pr_info("one_too_many: %c\n", copy[0]);
	kfree(copy);
	return 0;
}

static void __exit one_too_many_exit(void)
{
}

module_init(one_too_many_init);
module_exit(one_too_many_exit);
MODULE_DESCRIPTION("a text without room for its end");
MODULE_LICENSE("GPL");
