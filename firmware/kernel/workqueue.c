// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workqueues, served by one pool of threads. The first of them is there from the start; when a work sleeps and others
 * wait, one more is made, and ended when it finds nothing to do. kernel/workqueue.c
 */
#include <asm/page.h>
#include <kernel/track.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "kernel.h"
#include "sched.h"

#define MAX_WORKERS 16
#define SEQUENCE_SHIFT 1		/* in the data of a work, above WORK_STRUCT_PENDING_BIT */

struct workqueue_struct {
	struct list_head list;		/* on workqueues */
	struct list_head works;		/* that wait */
	int active;			/* works of it that run */
	int max_active;
	char name[24];
};

struct worker {
	struct work_struct *current_work;
	unsigned long sequence;		/* of that work */
	work_func_t current_func;
	struct workqueue_struct *current_wq;
	struct task_struct *task;
	struct list_head entry;		/* on workers */
};

struct static_stack {
	char guard[PAGE_SIZE];
	char stack[THREAD_SIZE];
};

static LIST_HEAD(workqueues);
static LIST_HEAD(workers);
static int nr_workers;
static int nr_idle;
static DECLARE_WAIT_QUEUE_HEAD(more_work);	/* idle workers sleep here */
static DECLARE_WAIT_QUEUE_HEAD(work_done);	/* and whoever flushes, here */
static int manager_wanted;
static unsigned long next_sequence;	/* of the next work to be queued: who flushes waits for those before */

/* The manager makes workers, which whoever queues a work from an interrupt cannot. */
static struct static_stack static_stacks[2] __page_aligned_bss;
static struct task_struct first_task, manager_task;
static struct worker first_worker;
static struct workqueue_struct system_workqueue;
struct workqueue_struct *system_wq = &system_workqueue;

int in_static_stack_guard(u64 virt)
{
	for (size_t i = 0; i < ARRAY_SIZE(static_stacks); i++) {
		if (virt - (u64)static_stacks[i].guard < PAGE_SIZE)
			return 1;
	}
	return 0;
}

static struct worker *worker_of(const struct work_struct *work)
{
	struct worker *worker;

	list_for_each_entry(worker, &workers, entry) {
		if (worker->current_work == work && worker->current_func == work->func)
			return worker;
	}
	return NULL;
}

static unsigned long sequence_of(const struct work_struct *work)
{
	return work->data >> SEQUENCE_SHIFT;
}

/* The next work that may run: no more of its queue at once than that allows, and none twice at the same time. */
static struct work_struct *next_work(void)
{
	struct workqueue_struct *wq;

	list_for_each_entry(wq, &workqueues, list) {
		struct work_struct *work;

		if (wq->active >= wq->max_active)
			continue;
		list_for_each_entry(work, &wq->works, entry) {
			if (!worker_of(work))
				return work;
		}
	}
	return NULL;
}

static void process_one_work(struct worker *worker, struct work_struct *work)
{
	struct workqueue_struct *wq = work->queued_on;
	work_func_t func = work->func;
	int before = preempt_count();

	list_del_init(&work->entry);
	worker->current_work = work;
	worker->current_func = func;
	worker->current_wq = wq;
	worker->sequence = sequence_of(work);
	wq->active++;
	/* From here on it can be queued again, or be freed by its own function. */
	clear_bit(WORK_STRUCT_PENDING_BIT, &work->data);
	local_irq_enable();
	func(work);
	check_atomic_balance("a work", before);
	local_irq_disable();
	wq->active--;
	worker->current_work = NULL;
	worker->current_wq = NULL;
	wake_up_all(&work_done);
}

/* Sleep until there is work: 0 where this worker is one too many. */
static int wait_for_work(struct worker *worker)
{
	DEFINE_WAIT(waiter);

	if (nr_idle && worker != &first_worker)
		return 0;
	nr_idle++;
	if (nr_idle > 1)
		wake_up_all(&more_work);	/* the others end */
	prepare_to_wait_exclusive(&more_work, &waiter, TASK_IDLE);
	if (!next_work())
		schedule();
	finish_wait(&more_work, &waiter);
	nr_idle--;
	return 1;
}

static int worker_thread(void *data)
{
	struct worker *worker = data ? data : &first_worker;
	struct work_struct *work;

	current->worker = worker;
	current->flags |= PF_WQ_WORKER;
	local_irq_disable();
	do {
		while ((work = next_work()) != NULL)
			process_one_work(worker, work);
	} while (wait_for_work(worker));
	list_del(&worker->entry);
	nr_workers--;
	current->flags &= ~PF_WQ_WORKER;
	local_irq_enable();
	kfree(worker);
	return 0;
}

static void create_worker(void)
{
	struct worker *worker = kzalloc(sizeof(*worker), GFP_KERNEL);
	char name[16];

	if (!worker)
		return;
	snprintf(name, sizeof(name), "kworker/0:%d", nr_workers);
	worker->task = copy_process(worker_thread, worker, name);
	if (!worker->task) {
		kfree(worker);
		return;
	}
	local_irq_disable();
	list_add_tail(&worker->entry, &workers);
	nr_workers++;
	local_irq_enable();
	wake_up_process(worker->task);
}

static int manager_thread(void *data)
{
	for (;;) {
		set_current_state(TASK_IDLE);
		if (!manager_wanted)
			schedule();
		__set_current_state(TASK_RUNNING);
		manager_wanted = 0;
		if (nr_workers < MAX_WORKERS)
			create_worker();
	}
	return 0;
}

/* Called by the scheduler, with interrupts off: a work sleeps, and others must not wait until it goes on. */
void wq_worker_sleeping(struct task_struct *task)
{
	if (!task->worker->current_work || nr_idle || !next_work())
		return;
	manager_wanted = 1;
	wake_up_process(&manager_task);
}

static void insert_work(struct workqueue_struct *wq, struct work_struct *work)
{
	work->queued_on = wq;
	work->data = next_sequence++ << SEQUENCE_SHIFT | 1UL << WORK_STRUCT_PENDING_BIT;
	list_add_tail(&work->entry, &wq->works);
	wake_up(&more_work);
}

static noinline int check_work(struct workqueue_struct *wq, struct work_struct *work)
{
	if (unlikely(!work->func))
		sched_bug(SCHED_BUG_WORKQUEUE, "BUG: work %016lx is queued, but was never initialized", (unsigned long)work);
	else if (unlikely(!wq))
		sched_bug(SCHED_BUG_WORKQUEUE, "BUG: work %016lx is queued on no workqueue", (unsigned long)work);
	else
		return 1;
	return 0;
}

noinline bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	unsigned long flags;
	bool queued;

	if (!check_work(wq, work))
		return false;
	local_irq_save(flags);
	queued = !test_and_set_bit(WORK_STRUCT_PENDING_BIT, &work->data);
	if (queued) {
		work->queued_at = driver_line((unsigned long)__builtin_return_address(0));
		insert_work(wq, work);
	}
	local_irq_restore(flags);
	return queued;
}

void delayed_work_timer_fn(struct delayed_work *dwork)
{
	unsigned long flags;

	local_irq_save(flags);
	insert_work(dwork->wq, &dwork->work);
	local_irq_restore(flags);
}

static void start_delayed(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay)
{
	dwork->wq = wq;
	if (delay)
		mod_timer(&dwork->timer, jiffies + delay);
	else
		insert_work(wq, &dwork->work);
}

noinline bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay)
{
	unsigned long flags;
	bool queued;

	if (!check_work(wq, &dwork->work))
		return false;
	local_irq_save(flags);
	queued = !test_and_set_bit(WORK_STRUCT_PENDING_BIT, &dwork->work.data);
	if (queued) {
		dwork->work.queued_at = driver_line((unsigned long)__builtin_return_address(0));
		start_delayed(wq, dwork, delay);
	}
	local_irq_restore(flags);
	return queued;
}

static bool take_back(struct work_struct *work)
{
	if (!work_pending(work))
		return false;
	if (!list_empty(&work->entry))
		list_del_init(&work->entry);
	clear_bit(WORK_STRUCT_PENDING_BIT, &work->data);
	wake_up_all(&work_done);
	return true;
}

bool cancel_work(struct work_struct *work)
{
	unsigned long flags;
	bool was_pending;

	local_irq_save(flags);
	was_pending = take_back(work);
	local_irq_restore(flags);
	return was_pending;
}

bool cancel_delayed_work(struct delayed_work *dwork)
{
	timer_delete(&dwork->timer);
	return cancel_work(&dwork->work);
}

noinline bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay)
{
	bool was_pending = cancel_delayed_work(dwork);

	queue_delayed_work(wq, dwork, delay);
	return was_pending;
}

static void wait_until_idle(struct work_struct *work)
{
	wait_event(work_done, !worker_of(work));
}

/* Whether what was queued of `work` before `limit` waits or runs still. */
static bool unfinished(struct work_struct *work, unsigned long limit)
{
	struct worker *worker = worker_of(work);

	if (worker && worker->sequence < limit)
		return true;
	return !list_empty(&work->entry) && sequence_of(work) < limit;
}

static bool queue_unfinished(struct workqueue_struct *wq, unsigned long limit)
{
	struct worker *worker;

	list_for_each_entry(worker, &workers, entry) {
		if (worker->current_wq == wq && worker->sequence < limit)
			return true;
	}
	return !list_empty(&wq->works) &&
	       sequence_of(list_first_entry(&wq->works, struct work_struct, entry)) < limit;
}

noinline bool flush_work(struct work_struct *work)
{
	unsigned long limit = next_sequence;
	bool waited = unfinished(work, limit);

	might_sleep();
	wait_event(work_done, !unfinished(work, limit));
	return waited;
}

noinline bool flush_delayed_work(struct delayed_work *dwork)
{
	unsigned long flags;

	local_irq_save(flags);
	if (timer_delete(&dwork->timer))
		insert_work(dwork->wq, &dwork->work);
	local_irq_restore(flags);
	return flush_work(&dwork->work);
}

noinline bool cancel_work_sync(struct work_struct *work)
{
	bool was_pending;

	might_sleep();
	/* A work that queues itself again does so before it is done. */
	do {
		was_pending = cancel_work(work);
		wait_until_idle(work);
	} while (work_pending(work));
	return was_pending;
}

noinline bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	bool was_pending;

	might_sleep();
	do {
		was_pending = cancel_delayed_work(dwork);
		wait_until_idle(&dwork->work);
	} while (delayed_work_pending(dwork));
	return was_pending;
}

noinline void flush_workqueue(struct workqueue_struct *wq)
{
	unsigned long limit = next_sequence;

	might_sleep();
	wait_event(work_done, !queue_unfinished(wq, limit));
}

noinline void drain_workqueue(struct workqueue_struct *wq)
{
	might_sleep();
	wait_event(work_done, list_empty(&wq->works) && !wq->active);
}

struct work_struct *current_work(void)
{
	return current->flags & PF_WQ_WORKER ? current->worker->current_work : NULL;
}

unsigned int work_busy(struct work_struct *work)
{
	return (work_pending(work) ? WORK_BUSY_PENDING : 0) | (worker_of(work) ? WORK_BUSY_RUNNING : 0);
}

/* Find a work that is queued or runs, and lies in some memory, or whose function does. */
struct work_struct *work_within(const void *start, size_t size)
{
	struct workqueue_struct *wq;
	struct work_struct *work;
	struct worker *worker;

	list_for_each_entry(wq, &workqueues, list) {
		list_for_each_entry(work, &wq->works, entry) {
			if ((u64)work - (u64)start < size || (u64)work->func - (u64)start < size)
				return work;
		}
	}
	list_for_each_entry(worker, &workers, entry) {
		if (worker->current_work && (u64)worker->current_func - (u64)start < size)
			return worker->current_work;
	}
	return NULL;
}

static void init_workqueue(struct workqueue_struct *wq, int max_active)
{
	INIT_LIST_HEAD(&wq->works);
	wq->max_active = max_active ? max_active : WQ_DFL_ACTIVE;
	local_irq_disable();
	list_add_tail(&wq->list, &workqueues);
	local_irq_enable();
}

noinline struct workqueue_struct *alloc_workqueue(const char *name, unsigned int flags, int max_active, ...)
{
	struct workqueue_struct *wq = kzalloc(sizeof(*wq), GFP_KERNEL);
	va_list args;

	if (!wq)
		return NULL;
	va_start(args, max_active);
	vsnprintf(wq->name, sizeof(wq->name), name, args);
	va_end(args);
	init_workqueue(wq, max_active);
	return wq;
}

noinline void destroy_workqueue(struct workqueue_struct *wq)
{
	drain_workqueue(wq);
	local_irq_disable();
	list_del(&wq->list);
	local_irq_enable();
	kfree(wq);
}

void workqueue_init(void)
{
	strlcpy(system_wq->name, "events", sizeof(system_wq->name));
	INIT_LIST_HEAD(&system_wq->works);
	system_wq->max_active = WQ_DFL_ACTIVE;
	list_add_tail(&system_wq->list, &workqueues);
	list_add_tail(&first_worker.entry, &workers);
	nr_workers = 1;
	init_static_task(&manager_task, static_stacks[0].stack, manager_thread, "kthreadd");
	init_static_task(&first_task, static_stacks[1].stack, worker_thread, "kworker/0:0");
	first_worker.task = &first_task;
	wake_up_process(&manager_task);
	wake_up_process(&first_task);
}
