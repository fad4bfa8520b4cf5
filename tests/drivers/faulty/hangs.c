// SPDX-License-Identifier: GPL-2.0-only
/* Read waits for what nobody completes, and no signal ends it; a timer keeps the machine going. */
#include <linux/completion.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/timer.h>

static DECLARE_COMPLETION(never);

static void on_tick(struct timer_list *timer)
{
	mod_timer(timer, jiffies + HZ / 2);
}

static DEFINE_TIMER(tick, on_tick);

static ssize_t hangs_read(struct file *file, char __user *buf, size_t count, loff_t *at)
{
	wait_for_completion(&never);
	return 0;
}

static const struct file_operations hangs_fops = { .owner = THIS_MODULE, .read = hangs_read };
static struct miscdevice hangs_misc = { .minor = MISC_DYNAMIC_MINOR, .name = "hangs", .fops = &hangs_fops };

static int __init hangs_init(void)
{
	mod_timer(&tick, jiffies + 1);
	return misc_register(&hangs_misc);
}

static void __exit hangs_exit(void)
{
	misc_deregister(&hangs_misc);
	del_timer_sync(&tick);
}

module_init(hangs_init);
module_exit(hangs_exit);
MODULE_LICENSE("GPL");
