// SPDX-License-Identifier: GPL-2.0-only
/*
 * Right uses of the scheduler's primitives, each of which checks its outcome itself: sched_test=WHAT on the command line,
 * or all of them. A right driver leaves no finding.
 */
#include <kernel/lab.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#define EXPECT(condition) do {								\
	if (!(condition)) {								\
		printk(KERN_ERR "sched_test: line %d: %s\n", __LINE__, #condition);	\
		return -EIO;								\
	}										\
} while (0)

static DECLARE_WAIT_QUEUE_HEAD(queue);
static DECLARE_COMPLETION(finished);
static int flag, woken;
static char order[64];

static void note(char c)
{
	size_t length = strlen(order);

	if (length < sizeof(order) - 1) {
		order[length] = c;
		order[length + 1] = 0;
	}
}

static void reset(void)
{
	flag = woken = 0;
	order[0] = 0;
	reinit_completion(&finished);
}

static int ping_thread(void *data)
{
	for (int i = 0; i < 3; i++) {
		note('a' + i);
		schedule();
	}
	return 42;
}

static int test_threads(void)
{
	struct task_struct *first, *second;

	first = kthread_run(ping_thread, NULL, "ping/%d", 0);
	second = kthread_run(ping_thread, NULL, "ping/%d", 1);
	EXPECT(!IS_ERR(first) && !IS_ERR(second));
	EXPECT(!strcmp(second->comm, "ping/1") && second->pid != first->pid);
	get_task_struct(first);
	EXPECT(kthread_stop(second) == 42);
	EXPECT(kthread_stop(first) == 42);
	put_task_struct(first);
	EXPECT(!strcmp(order, "aabbcc"));
	second = kthread_create(ping_thread, NULL, "never");
	EXPECT(kthread_stop(second) == -EINTR);
	return 0;
}

static int waiting_thread(void *data)
{
	wait_event_interruptible(queue, flag || kthread_should_stop());
	woken++;
	wake_up(&queue);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(HZ);
	return woken;
}

static int test_wait_queues(void)
{
	struct task_struct *task = kthread_run(waiting_thread, NULL, "waiter");
	unsigned long start = jiffies;

	EXPECT(wait_event_timeout(queue, flag, 3) == 0);
	EXPECT(jiffies - start == 3);
	EXPECT(woken == 0);
	flag = 1;
	wake_up_interruptible(&queue);
	EXPECT(wait_event_timeout(queue, woken, HZ) == HZ);
	EXPECT(kthread_stop(task) == 1);
	EXPECT(wait_event_timeout(queue, 1, 0) == 1);
	EXPECT(wait_event_interruptible_timeout(queue, 1, 7) == 7);
	return 0;
}

static int exclusive_thread(void *data)
{
	DEFINE_WAIT(waiter);

	prepare_to_wait_exclusive(&queue, &waiter, TASK_UNINTERRUPTIBLE);
	schedule();
	finish_wait(&queue, &waiter);
	note((char)(unsigned long)data);
	return 0;
}

static int test_exclusive_waiters(void)
{
	static const char names[] = "xyz";
	struct task_struct *tasks[3];

	for (int i = 0; i < 3; i++) {
		tasks[i] = kthread_run(exclusive_thread, (void *)(unsigned long)names[i], "exclusive");
		get_task_struct(tasks[i]);
	}
	yield();
	EXPECT(!strcmp(order, "") && waitqueue_active(&queue));
	wake_up(&queue);
	yield();
	EXPECT(!strcmp(order, "x"));
	wake_up_all(&queue);
	for (int i = 0; i < 3; i++) {
		kthread_stop(tasks[i]);
		put_task_struct(tasks[i]);
	}
	EXPECT(!strcmp(order, "xyz") && !waitqueue_active(&queue));
	return 0;
}

static int signalled_thread(void *data)
{
	int result = wait_event_interruptible(queue, 0);

	flush_signals(current);
	return result;
}

static int test_signals(void)
{
	struct task_struct *task = kthread_run(signalled_thread, NULL, "signalled");

	get_task_struct(task);
	yield();
	send_sig(10, task, 0);
	EXPECT(kthread_stop(task) == -ERESTARTSYS);
	put_task_struct(task);
	return 0;
}

static int completing_thread(void *data)
{
	msleep(8);
	complete_all(&finished);
	return 0;
}

static int test_completions(void)
{
	EXPECT(wait_for_completion_timeout(&finished, 2) == 0);
	EXPECT(!try_wait_for_completion(&finished) && !completion_done(&finished));
	complete(&finished);
	EXPECT(wait_for_completion_timeout(&finished, 5) == 5);
	EXPECT(!IS_ERR(kthread_run(completing_thread, NULL, "completer")));
	wait_for_completion(&finished);
	EXPECT(wait_for_completion_interruptible(&finished) == 0);
	EXPECT(completion_done(&finished));
	return 0;
}

static DEFINE_MUTEX(mutex);
static DEFINE_SEMAPHORE(semaphore);
static DECLARE_RWSEM(rwsem);

static int locking_thread(void *data)
{
	mutex_lock(&mutex);
	note('t');
	mutex_unlock(&mutex);
	down(&semaphore);
	note('s');
	up(&semaphore);
	down_write(&rwsem);
	note('w');
	up_write(&rwsem);
	complete(&finished);
	return 0;
}

static int test_locks(void)
{
	mutex_lock(&mutex);
	EXPECT(mutex_is_locked(&mutex) && !mutex_trylock(&mutex));
	EXPECT(down_trylock(&semaphore) == 0 && down_trylock(&semaphore) == 1);
	down_read(&rwsem);
	EXPECT(down_read_trylock(&rwsem) && !down_write_trylock(&rwsem));
	EXPECT(!IS_ERR(kthread_run(locking_thread, NULL, "locker")));
	msleep(1);
	note('1');
	mutex_unlock(&mutex);
	msleep(1);
	note('2');
	EXPECT(down_timeout(&semaphore, 2) == -ETIME);
	up(&semaphore);
	msleep(1);
	note('3');
	up_read(&rwsem);
	up_read(&rwsem);
	wait_for_completion(&finished);
	EXPECT(!strcmp(order, "1t2s3w"));
	EXPECT(!mutex_is_locked(&mutex) && !rwsem_is_locked(&rwsem) && semaphore.count == 1);
	return 0;
}

static struct timer_list timer;
static unsigned long fired_at;
static int fired_in_softirq;

static void timer_function(struct timer_list *which)
{
	fired_at = jiffies;
	fired_in_softirq = in_softirq() && !in_irq() && in_interrupt() && which == &timer;
	woken++;
	if (woken < 3)
		mod_timer(which, jiffies + 2);
	else
		complete(&finished);
}

static int test_timers(void)
{
	unsigned long start = jiffies;

	timer_setup(&timer, timer_function, 0);
	EXPECT(!timer_pending(&timer));
	mod_timer(&timer, jiffies + 2);
	EXPECT(timer_pending(&timer));
	wait_for_completion(&finished);
	EXPECT(fired_at - start == 6 && fired_in_softirq && !timer_pending(&timer));
	mod_timer(&timer, jiffies + HZ);
	EXPECT(del_timer_sync(&timer) == 1 && del_timer(&timer) == 0);
	return 0;
}

static ktime_t hrtimer_times[3];

static enum hrtimer_restart hrtimer_function(struct hrtimer *which)
{
	hrtimer_times[woken++] = ktime_get();
	if (woken == 3) {
		complete(&finished);
		return HRTIMER_NORESTART;
	}
	hrtimer_forward_now(which, ms_to_ktime(5));
	return HRTIMER_RESTART;
}

static int test_hrtimers(void)
{
	struct hrtimer hrtimer;

	hrtimer_init(&hrtimer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	hrtimer.function = hrtimer_function;
	hrtimer_start(&hrtimer, ms_to_ktime(5), HRTIMER_MODE_REL);
	wait_for_completion(&finished);
	EXPECT(hrtimer_times[2] - hrtimer_times[0] >= 9990000 && hrtimer_times[2] - hrtimer_times[0] < 10050000);
	EXPECT(!hrtimer_active(&hrtimer) && !hrtimer_cancel(&hrtimer));
	return 0;
}

static void work_function(struct work_struct *work);
static DECLARE_WORK(work, work_function);
static DECLARE_DELAYED_WORK(late_work, work_function);

static void work_function(struct work_struct *which)
{
	note(which == &work ? 'w' : 'l');
	might_sleep();
	msleep(4);
	note('.');
}

static void helping_function(struct work_struct *which)
{
	complete(&finished);
}

/* Both on the same queue: the second must run although the first sleeps. */
static void needing_function(struct work_struct *which)
{
	static DECLARE_WORK(helper, helping_function);

	schedule_work(&helper);
	wait_for_completion(&finished);
	note('h');
}

static int test_works(void)
{
	static DECLARE_WORK(needing, needing_function);
	struct workqueue_struct *own = create_singlethread_workqueue("own");

	EXPECT(schedule_work(&work) && !schedule_work(&work));
	flush_scheduled_work();
	EXPECT(!strcmp(order, "w."));
	EXPECT(schedule_delayed_work(&late_work, 3) && delayed_work_pending(&late_work));
	EXPECT(cancel_delayed_work_sync(&late_work));
	EXPECT(queue_delayed_work(own, &late_work, 1));
	EXPECT(queue_work(own, &work));
	EXPECT(flush_delayed_work(&late_work));
	EXPECT(cancel_work_sync(&work) || !work_pending(&work));
	destroy_workqueue(own);
	EXPECT(!strncmp(order, "w.w.l.", 6) || !strncmp(order, "w.l.", 4));
	schedule_work(&needing);
	EXPECT(flush_work(&needing) && order[strlen(order) - 1] == 'h');
	return 0;
}

static void tasklet_function(unsigned long data)
{
	note(in_serving_softirq() && !in_irq() ? (char)data : '?');
}

static void rcu_function(struct rcu_head *head)
{
	note('r');
}

static int test_tasklets(void)
{
	static struct rcu_head rcu;
	struct tasklet_struct first, second;

	tasklet_init(&first, tasklet_function, '1');
	tasklet_init(&second, tasklet_function, '2');
	local_bh_disable();
	tasklet_schedule(&second);
	tasklet_hi_schedule(&first);
	tasklet_schedule(&second);
	EXPECT(!strcmp(order, ""));
	local_bh_enable();
	EXPECT(!strcmp(order, "12"));
	tasklet_disable(&first);
	tasklet_schedule(&first);
	msleep(4);
	EXPECT(!strcmp(order, "12"));
	tasklet_enable(&first);
	tasklet_kill(&first);
	EXPECT(!strcmp(order, "121"));
	call_rcu(&rcu, rcu_function);
	rcu_barrier();
	EXPECT(!strcmp(order, "121r"));
	return 0;
}

static int test_sleeps(void)
{
	u64 start = ktime_get_ns();

	msleep(10);
	EXPECT(ktime_get_ns() - start >= 10000000 && ktime_get_ns() - start < 22000000);
	start = ktime_get_ns();
	usleep_range(100, 200);
	EXPECT(ktime_get_ns() - start >= 100000 && ktime_get_ns() - start < 150000);
	start = ktime_get_ns();
	udelay(30);
	EXPECT(ktime_get_ns() - start >= 30000 && ktime_get_ns() - start < 40000);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(void);
} tests[] = {
	{ "threads", test_threads },
	{ "wait", test_wait_queues },
	{ "exclusive", test_exclusive_waiters },
	{ "signals", test_signals },
	{ "completions", test_completions },
	{ "locks", test_locks },
	{ "timers", test_timers },
	{ "hrtimers", test_hrtimers },
	{ "works", test_works },
	{ "tasklets", test_tasklets },
	{ "sleeps", test_sleeps },
};

static int sched_test_init(void)
{
	char what[24];
	int chosen = command_line_option("sched_test", what, sizeof(what));
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
		if (chosen && strcmp(tests[i].name, what))
			continue;
		reset();
		error = tests[i].run();
		printk(KERN_INFO "sched_test: %s: %d\n", tests[i].name, error);
		if (error)
			break;
	}
	return error;
}

static void sched_test_exit(void)
{
}

module_init(sched_test_init);
module_exit(sched_test_exit);
MODULE_LICENSE("GPL");
