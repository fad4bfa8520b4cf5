// SPDX-License-Identifier: GPL-2.0-only
/* Frees an object with a timer that is still armed: it is the kernel that then touches freed memory. */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/timer.h>

struct watch {
	struct timer_list timer;
	int fired;
};

static void fire(struct timer_list *timer)
{
}

static int __init forgotten_timer_init(void)
{
	struct watch *watch = kzalloc(sizeof(*watch), GFP_KERNEL);

	if (!watch)
		return -ENOMEM;
	timer_setup(&watch->timer, fire, 0);
	mod_timer(&watch->timer, jiffies + 1);
	kfree(watch);
	msleep(20);
	return 0;
}

static void __exit forgotten_timer_exit(void)
{
}

module_init(forgotten_timer_init);
module_exit(forgotten_timer_exit);
MODULE_DESCRIPTION("a timer in freed memory");
MODULE_LICENSE("GPL");
