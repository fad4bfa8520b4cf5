// SPDX-License-Identifier: GPL-2.0-only
/* Wrong uses of the scheduler's primitives, one at a time: sched_misuse=WHAT on the command line. */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#include "acts.h"

static DEFINE_SPINLOCK(lock);
static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static DECLARE_COMPLETION(never);
static DECLARE_COMPLETION(done);
static struct timer_list timer;

static void sleep_under_lock(void)
{
	spin_lock(&lock);
	mutex_lock(&first);
	mutex_unlock(&first);
	spin_unlock(&lock);
}

static void sleep_with_irqs_off(void)
{
	unsigned long flags;

	local_irq_save(flags);
	msleep(1);
	local_irq_restore(flags);
}

static void allocate_under_lock(void)
{
	void *buffer;

	spin_lock(&lock);
	buffer = kmalloc(64, GFP_KERNEL);
	spin_unlock(&lock);
	kfree(buffer);
}

static void allocating_function(struct timer_list *which)
{
	kfree(kmalloc(64, GFP_KERNEL));
	complete(&done);
}

static void run_timer(void (*function)(struct timer_list *which))
{
	timer_setup(&timer, function, 0);
	mod_timer(&timer, jiffies + 1);
	wait_for_completion(&done);
}

static void allocate_in_timer(void)
{
	run_timer(allocating_function);
}

static void schedule_under_lock(void)
{
	spin_lock(&lock);
	schedule();
	spin_unlock(&lock);
}

static void lock_twice(void)
{
	spin_lock(&lock);
	spin_lock(&lock);
	spin_unlock(&lock);
	spin_unlock(&lock);
}

static void unlock_unlocked(void)
{
	preempt_disable();
	spin_unlock(&lock);
}

static void lock_uninitialized(void)
{
	spinlock_t *forgotten = kzalloc(sizeof(*forgotten), GFP_KERNEL);

	spin_lock(forgotten);
	spin_unlock(forgotten);
	kfree(forgotten);
}

static void locking_function(struct timer_list *which)
{
	spin_lock(&lock);
	spin_unlock(&lock);
	complete(&done);
}

static void lock_without_softirqs_off(void)
{
	spin_lock(&lock);
	spin_unlock(&lock);
	run_timer(locking_function);
}

static void forgetting_function(struct timer_list *which)
{
	spin_lock(&lock);
	complete(&done);
}

static void keep_lock_in_timer(void)
{
	run_timer(forgetting_function);
}

static int unlocking_thread(void *data)
{
	mutex_unlock(&first);
	complete(&done);
	return 0;
}

static void unlock_for_another(void)
{
	mutex_lock(&first);
	if (!IS_ERR(kthread_run(unlocking_thread, NULL, "unlocker")))
		wait_for_completion(&done);
}

static void unlock_mutex_twice(void)
{
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&first);
}

static int opposite_thread(void *data)
{
	mutex_lock(&second);
	msleep(10);
	mutex_lock(&first);
	return 0;
}

static void lock_crosswise(void)
{
	mutex_lock(&first);
	if (IS_ERR(kthread_run(opposite_thread, NULL, "opposite")))
		return;
	msleep(10);
	mutex_lock(&second);
}

static void wait_for_nobody(void)
{
	wait_for_completion(&never);
}

static int deep(int depth)
{
	volatile char fill[512];

	fill[0] = depth;
	return depth < 0 ? 0 : deep(depth + 1) + fill[0];
}

static int overflowing_thread(void *data)
{
	return deep(0);
}

static void overflow_a_threads_stack(void)
{
	if (!IS_ERR(kthread_run(overflowing_thread, NULL, "overflower")))
		wait_for_completion(&never);
}

static void enable_enabled_irq(void)
{
	enable_irq(4);
}

static irqreturn_t any_handler(int irq, void *dev_id)
{
	return IRQ_NONE;
}

static void free_irq_twice(void)
{
	if (request_irq(5, any_handler, 0, "misuse", &lock))
		return;
	free_irq(5, &lock);
	free_irq(5, &lock);
}

static void arm_without_function(void)
{
	static struct timer_list empty;

	empty.expires = jiffies + 1;
	add_timer(&empty);
}

static void deleting_function(struct timer_list *which)
{
	del_timer_sync(which);
	complete(&done);
}

static void delete_from_within(void)
{
	run_timer(deleting_function);
}

static void queue_uninitialized(void)
{
	static struct work_struct empty;

	schedule_work(&empty);
}

static int ending_thread(void *data)
{
	return 0;
}

static void stop_what_has_ended(void)
{
	struct task_struct *task = kthread_run(ending_thread, NULL, "ender");

	msleep(4);
	kthread_stop(task);
}

static const struct act acts[] = {
	{ "sleep-locked", sleep_under_lock },
	{ "sleep-irqs-off", sleep_with_irqs_off },
	{ "allocate-locked", allocate_under_lock },
	{ "allocate-timer", allocate_in_timer },
	{ "schedule-locked", schedule_under_lock },
	{ "lock-twice", lock_twice },
	{ "unlock-unlocked", unlock_unlocked },
	{ "lock-uninitialized", lock_uninitialized },
	{ "lock-softirq", lock_without_softirqs_off },
	{ "keep-lock", keep_lock_in_timer },
	{ "unlock-other", unlock_for_another },
	{ "unlock-twice", unlock_mutex_twice },
	{ "crosswise", lock_crosswise },
	{ "nobody", wait_for_nobody },
	{ "overflow", overflow_a_threads_stack },
	{ "enable-enabled", enable_enabled_irq },
	{ "free-irq-twice", free_irq_twice },
	{ "arm-empty", arm_without_function },
	{ "delete-within", delete_from_within },
	{ "queue-empty", queue_uninitialized },
	{ "stop-ended", stop_what_has_ended },
};

static int sched_misuse_init(void)
{
	return perform_act("sched_misuse", acts, ARRAY_SIZE(acts));
}

static void sched_misuse_exit(void)
{
}

module_init(sched_misuse_init);
module_exit(sched_misuse_exit);
MODULE_LICENSE("GPL");
