// SPDX-License-Identifier: GPL-2.0-only
/* Writes to a user's buffer by itself, and beyond its end by copy_to_user(). */
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>

static ssize_t pointer_read(struct file *file, char __user *buf, size_t count, loff_t *at)
{
	char data[64] = { 0 };

	return copy_to_user(buf, data, sizeof(data)) ? -EFAULT : count;
}

static ssize_t pointer_write(struct file *file, const char __user *buf, size_t count, loff_t *at)
{
	return *(const volatile char *)buf;
}

static const struct file_operations fops = { .owner = THIS_MODULE, .read = pointer_read, .write = pointer_write };
static struct miscdevice misc = { .minor = MISC_DYNAMIC_MINOR, .name = "user_pointer", .fops = &fops };
module_misc_device(misc);
MODULE_LICENSE("GPL");
