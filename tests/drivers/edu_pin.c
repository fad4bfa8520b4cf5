// SPDX-License-Identifier: GPL-2.0-only
/* User pages pinned, and a signal sent to who registered: rare calls of drivers that do DMA to user memory. */
#include <linux/highmem.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

static struct pid *listener;

static long pin_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct page *page;
	char *at;

	if (cmd == 1) {
		if (get_user_pages_fast(arg, 1, FOLL_WRITE, &page) != 1)
			return -EFAULT;
		at = kmap_local_page(page);
		at[offset_in_page(arg)]++;
		kunmap_local(at);
		set_page_dirty_lock(page);
		put_page(page);
		return 0;
	}
	if (cmd == 2) {
		put_pid(listener);
		listener = get_pid(task_pid(current));
		return task_pid_nr(current) >= 0 ? 0 : -ESRCH;
	}
	return -ENOTTY;
}

static const struct file_operations fops = { .owner = THIS_MODULE, .unlocked_ioctl = pin_ioctl };
static struct miscdevice misc = { .minor = MISC_DYNAMIC_MINOR, .name = "pin", .fops = &fops, .mode = 0600 };

static void __exit pin_exit(void)
{
	put_pid(listener);
	misc_deregister(&misc);
}

static int __init pin_init(void)
{
	return misc_register(&misc);
}

module_init(pin_init);
module_exit(pin_exit);
MODULE_LICENSE("GPL");
