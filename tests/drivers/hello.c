// SPDX-License-Identifier: GPL-2.0-only
/* The smallest module there is. */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>

static int __init hello_init(void)
{
	printk(KERN_INFO "hello: here\n");
	return 0;
}

static void __exit hello_exit(void)
{
	printk(KERN_INFO "hello: gone\n");
}

module_init(hello_init);
module_exit(hello_exit);
MODULE_LICENSE("GPL");
