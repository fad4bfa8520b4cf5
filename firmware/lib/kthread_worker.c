// SPDX-License-Identifier: GPL-2.0-only
/* Works that a thread of their own does. kernel/kthread.c */
#include <kernel/track.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/slab.h>

int kthread_worker_fn(void *data)
{
	struct kthread_worker *worker = data;
	struct kthread_work *work;

	worker->task = current;
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop()) {
			__set_current_state(TASK_RUNNING);
			worker->task = NULL;
			return 0;
		}
		spin_lock_irq(&worker->lock);
		work = list_first_entry_or_null(&worker->work_list, struct kthread_work, node);
		if (work)
			list_del_init(&work->node);
		worker->current_work = work;
		spin_unlock_irq(&worker->lock);
		if (!work) {
			schedule();
			continue;
		}
		__set_current_state(TASK_RUNNING);
		work->func(work);
		worker->current_work = NULL;
		cond_resched();
	}
}

struct kthread_worker *__kthread_new_worker(unsigned int flags)
{
	struct kthread_worker *worker = __kmalloc_track_caller(sizeof(*worker), GFP_KERNEL, module_caller());

	if (worker) {
		kthread_init_worker(worker);
		worker->flags = flags;
	}
	return worker;
}

struct kthread_worker *__kthread_start_worker(struct kthread_worker *worker, struct task_struct *task)
{
	if (IS_ERR(task)) {
		kfree(worker);
		return ERR_CAST(task);
	}
	worker->task = task;
	wake_up_process(task);
	return worker;
}

void kthread_destroy_worker(struct kthread_worker *worker)
{
	struct task_struct *task = worker->task;

	if (WARN_ON(!task))
		return;
	kthread_flush_worker(worker);
	kthread_stop(task);
	WARN_ON(!list_empty(&worker->delayed_work_list));
	WARN_ON(!list_empty(&worker->work_list));
	kfree(worker);
}

static void insert(struct kthread_worker *worker, struct kthread_work *work)
{
	list_add_tail(&work->node, &worker->work_list);
	work->worker = worker;
	if (!worker->current_work && worker->task)
		wake_up_process(worker->task);
}

bool kthread_queue_work(struct kthread_worker *worker, struct kthread_work *work)
{
	unsigned long flags;
	bool queued = false;

	spin_lock_irqsave(&worker->lock, flags);
	if (list_empty(&work->node) && !work->canceling) {
		insert(worker, work);
		queued = true;
	}
	spin_unlock_irqrestore(&worker->lock, flags);
	return queued;
}

void __kthread_delayed_work_timer_fn(struct timer_list *timer)
{
	struct kthread_delayed_work *dwork = container_of(timer, struct kthread_delayed_work, timer);
	struct kthread_worker *worker = dwork->work.worker;
	unsigned long flags;

	if (WARN_ON_ONCE(!worker))
		return;
	spin_lock_irqsave(&worker->lock, flags);
	list_del_init(&dwork->work.node);
	if (!dwork->work.canceling)
		insert(worker, &dwork->work);
	spin_unlock_irqrestore(&worker->lock, flags);
}

static void queue_delayed(struct kthread_worker *worker, struct kthread_delayed_work *dwork, unsigned long delay)
{
	if (!delay) {
		insert(worker, &dwork->work);
		return;
	}
	list_add(&dwork->work.node, &worker->delayed_work_list);
	dwork->work.worker = worker;
	mod_timer(&dwork->timer, jiffies + delay);
}

bool kthread_queue_delayed_work(struct kthread_worker *worker, struct kthread_delayed_work *dwork, unsigned long delay)
{
	unsigned long flags;
	bool queued = false;

	spin_lock_irqsave(&worker->lock, flags);
	if (list_empty(&dwork->work.node) && !dwork->work.canceling) {
		queue_delayed(worker, dwork, delay);
		queued = true;
	}
	spin_unlock_irqrestore(&worker->lock, flags);
	return queued;
}

bool kthread_mod_delayed_work(struct kthread_worker *worker, struct kthread_delayed_work *dwork, unsigned long delay)
{
	unsigned long flags;
	bool waited;

	spin_lock_irqsave(&worker->lock, flags);
	waited = !list_empty(&dwork->work.node);
	if (!dwork->work.canceling) {
		timer_delete(&dwork->timer);
		list_del_init(&dwork->work.node);
		queue_delayed(worker, dwork, delay);
	}
	spin_unlock_irqrestore(&worker->lock, flags);
	return waited;
}

struct flush {
	struct kthread_work work;
	struct completion done;
};

static void flushed(struct kthread_work *work)
{
	complete(&container_of(work, struct flush, work)->done);
}

/* Wait for all that stands before this. */
void kthread_flush_worker(struct kthread_worker *worker)
{
	struct flush flush;

	kthread_init_work(&flush.work, flushed);
	init_completion(&flush.done);
	kthread_queue_work(worker, &flush.work);
	wait_for_completion(&flush.done);
}

void kthread_flush_work(struct kthread_work *work)
{
	struct kthread_worker *worker = work->worker;
	struct flush flush;
	unsigned long flags;
	bool waits = true;

	if (!worker)
		return;
	kthread_init_work(&flush.work, flushed);
	init_completion(&flush.done);
	spin_lock_irqsave(&worker->lock, flags);
	if (!list_empty(&work->node)) {
		flush.work.worker = worker;
		list_add(&flush.work.node, &work->node);
	} else if (worker->current_work == work) {
		flush.work.worker = worker;
		list_add(&flush.work.node, &worker->work_list);
	} else {
		waits = false;
	}
	spin_unlock_irqrestore(&worker->lock, flags);
	if (waits)
		wait_for_completion(&flush.done);
}

static bool cancel(struct kthread_work *work, struct timer_list *timer)
{
	struct kthread_worker *worker = work->worker;
	unsigned long flags;
	bool waited;

	if (!worker)
		return false;
	spin_lock_irqsave(&worker->lock, flags);
	if (timer)
		timer_delete(timer);
	waited = !list_empty(&work->node);
	list_del_init(&work->node);
	work->canceling++;
	spin_unlock_irqrestore(&worker->lock, flags);
	if (worker->current_work == work)
		kthread_flush_work(work);
	work->canceling--;
	return waited;
}

bool kthread_cancel_work_sync(struct kthread_work *work)
{
	return cancel(work, NULL);
}

bool kthread_cancel_delayed_work_sync(struct kthread_delayed_work *dwork)
{
	return cancel(&dwork->work, &dwork->timer);
}
