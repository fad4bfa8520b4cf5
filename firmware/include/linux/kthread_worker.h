/* SPDX-License-Identifier: GPL-2.0-only */
/* Works that are done one after the other by a thread of their own; linux/kthread.h includes this. */
#ifndef LINUX_KTHREAD_WORKER_H
#define LINUX_KTHREAD_WORKER_H

#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

struct kthread_work;
typedef void (*kthread_work_func_t)(struct kthread_work *work);

struct kthread_worker {
	unsigned int flags;
	spinlock_t lock;
	struct list_head work_list;
	struct list_head delayed_work_list;
	struct task_struct *task;
	struct kthread_work *current_work;
};

struct kthread_work {
	struct list_head node;		/* empty while it is not queued */
	kthread_work_func_t func;
	struct kthread_worker *worker;	/* the last one */
	int canceling;			/* nobody can queue it */
};

struct kthread_delayed_work {
	struct kthread_work work;
	struct timer_list timer;
};

#define KTW_FREEZABLE 1

#define KTHREAD_WORKER_INIT(worker) {								\
	.lock = __SPIN_LOCK_UNLOCKED((worker).lock), .work_list = LIST_HEAD_INIT((worker).work_list),	\
	.delayed_work_list = LIST_HEAD_INIT((worker).delayed_work_list) }
#define KTHREAD_WORK_INIT(work, fn) { .node = LIST_HEAD_INIT((work).node), .func = (fn) }
#define DEFINE_KTHREAD_WORKER(worker) struct kthread_worker worker = KTHREAD_WORKER_INIT(worker)
#define DEFINE_KTHREAD_WORK(work, fn) struct kthread_work work = KTHREAD_WORK_INIT(work, fn)
#define DEFINE_KTHREAD_DELAYED_WORK(dwork, fn) struct kthread_delayed_work dwork = {		\
	.work = KTHREAD_WORK_INIT((dwork).work, (fn)),						\
	.timer = { .function = (void *)__kthread_delayed_work_timer_fn, .data = (unsigned long)&(dwork).timer } }

void __kthread_delayed_work_timer_fn(struct timer_list *timer);

static inline void kthread_init_worker(struct kthread_worker *worker)
{
	*worker = (struct kthread_worker)KTHREAD_WORKER_INIT(*worker);
}

static inline void kthread_init_work(struct kthread_work *work, kthread_work_func_t fn)
{
	*work = (struct kthread_work)KTHREAD_WORK_INIT(*work, fn);
}

static inline void kthread_init_delayed_work(struct kthread_delayed_work *dwork, kthread_work_func_t fn)
{
	*dwork = (struct kthread_delayed_work) { .work = KTHREAD_WORK_INIT(dwork->work, fn) };
	dwork->timer.function = (void *)__kthread_delayed_work_timer_fn;
	dwork->timer.data = (unsigned long)&dwork->timer;
}

/* What the thread of a worker runs, with the worker as its data. */
int kthread_worker_fn(void *worker);
#define kthread_create_worker(flags, name, ...) ({						\
	struct kthread_worker *_worker = __kthread_new_worker(flags);				\
												\
	_worker ? __kthread_start_worker(_worker, kthread_create(kthread_worker_fn, _worker, (name), ##__VA_ARGS__)) : \
		  (struct kthread_worker *)ERR_PTR(-ENOMEM);					\
})
#define kthread_create_worker_on_cpu(cpu, flags, name, ...)					\
	((void)(cpu), kthread_create_worker((flags), (name), ##__VA_ARGS__))
#define kthread_run_worker(flags, name, ...) kthread_create_worker((flags), (name), ##__VA_ARGS__)
struct kthread_worker *__kthread_new_worker(unsigned int flags);
struct kthread_worker *__kthread_start_worker(struct kthread_worker *worker, struct task_struct *task);
void kthread_destroy_worker(struct kthread_worker *worker);

/* False where it waits already. */
bool kthread_queue_work(struct kthread_worker *worker, struct kthread_work *work);
bool kthread_queue_delayed_work(struct kthread_worker *worker, struct kthread_delayed_work *dwork, unsigned long delay);
/* Whether it waited before. */
bool kthread_mod_delayed_work(struct kthread_worker *worker, struct kthread_delayed_work *dwork, unsigned long delay);
void kthread_flush_work(struct kthread_work *work);
void kthread_flush_worker(struct kthread_worker *worker);
bool kthread_cancel_work_sync(struct kthread_work *work);
bool kthread_cancel_delayed_work_sync(struct kthread_delayed_work *dwork);

#endif
