/* SPDX-License-Identifier: GPL-2.0-only */
/* Work that is done later, in a task. */
#ifndef LINUX_WORKQUEUE_H
#define LINUX_WORKQUEUE_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/timer.h>

struct work_struct;
struct workqueue_struct;

typedef void (*work_func_t)(struct work_struct *work);

#define WORK_STRUCT_PENDING_BIT 0

struct work_struct {
	unsigned long data;		/* WORK_STRUCT_PENDING_BIT */
	struct list_head entry;
	work_func_t func;
	struct workqueue_struct *queued_on;	/* the last one */
	unsigned long queued_at;	/* the code that did, last */
};

struct delayed_work {
	struct work_struct work;
	struct timer_list timer;
	struct workqueue_struct *wq;
	int cpu;
};

#define WQ_UNBOUND 0x02
#define WQ_FREEZABLE 0x04
#define WQ_MEM_RECLAIM 0x08
#define WQ_HIGHPRI 0x10
#define WQ_CPU_INTENSIVE 0x20
#define WQ_SYSFS 0x40
#define WQ_MAX_ACTIVE 512
#define WQ_DFL_ACTIVE 256
#define WORK_CPU_UNBOUND 1

extern struct workqueue_struct *system_wq;
#define system_highpri_wq system_wq
#define system_long_wq system_wq
#define system_unbound_wq system_wq
#define system_freezable_wq system_wq
#define system_power_efficient_wq system_wq

void delayed_work_timer_fn(struct delayed_work *dwork);

#define __WORK_INITIALIZER(name, fn) { 0, LIST_HEAD_INIT((name).entry), (fn), NULL, 0 }
#define __DELAYED_WORK_INITIALIZER(name, fn) {							\
	.work = __WORK_INITIALIZER((name).work, (fn)),						\
	.timer = { .function = (void *)delayed_work_timer_fn, .data = (unsigned long)&(name) } }
#define DECLARE_WORK(name, function) struct work_struct name = __WORK_INITIALIZER(name, function)
#define DECLARE_DELAYED_WORK(name, function)							\
	struct delayed_work name = __DELAYED_WORK_INITIALIZER(name, function)

#define INIT_WORK(work, function)								\
	(*(work) = (struct work_struct)__WORK_INITIALIZER(*(work), function))
#define INIT_DELAYED_WORK(dwork, function)							\
	(*(dwork) = (struct delayed_work)__DELAYED_WORK_INITIALIZER(*(dwork), function))
#define INIT_WORK_ONSTACK(work, function) INIT_WORK(work, function)
#define INIT_DELAYED_WORK_ONSTACK(dwork, function) INIT_DELAYED_WORK(dwork, function)
#define INIT_DEFERRABLE_WORK(dwork, function) INIT_DELAYED_WORK(dwork, function)
#define PREPARE_WORK(work, function) ((work)->func = (function))
#define PREPARE_DELAYED_WORK(dwork, function) PREPARE_WORK(&(dwork)->work, function)
#define destroy_work_on_stack(work) ((void)(work))

#define work_pending(work) test_bit(WORK_STRUCT_PENDING_BIT, &(work)->data)
#define delayed_work_pending(dwork) work_pending(&(dwork)->work)

static inline struct delayed_work *to_delayed_work(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}

struct workqueue_struct *alloc_workqueue(const char *name, unsigned int flags, int max_active, ...) __printf(1, 4);
#define alloc_ordered_workqueue(name, flags, ...) alloc_workqueue(name, (flags) | WQ_UNBOUND, 1, ##__VA_ARGS__)
#define create_workqueue(name) alloc_workqueue("%s", WQ_MEM_RECLAIM, 1, (name))
#define create_singlethread_workqueue(name) alloc_ordered_workqueue("%s", WQ_MEM_RECLAIM, (name))
#define create_freezable_workqueue(name) create_singlethread_workqueue(name)
void destroy_workqueue(struct workqueue_struct *wq);

/* False where the work was pending already. */
bool queue_work(struct workqueue_struct *wq, struct work_struct *work);
bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay);
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay);
#define queue_work_on(cpu, wq, work) ((void)(cpu), queue_work((wq), (work)))
#define queue_delayed_work_on(cpu, wq, dwork, delay) ((void)(cpu), queue_delayed_work((wq), (dwork), (delay)))
#define schedule_work(work) queue_work(system_wq, (work))
#define schedule_work_on(cpu, work) queue_work_on((cpu), system_wq, (work))
#define schedule_delayed_work(dwork, delay) queue_delayed_work(system_wq, (dwork), (delay))

void flush_workqueue(struct workqueue_struct *wq);
void drain_workqueue(struct workqueue_struct *wq);
#define flush_scheduled_work() flush_workqueue(system_wq)
bool flush_work(struct work_struct *work);
bool flush_delayed_work(struct delayed_work *dwork);

/* True where the work was pending; those ending in _sync also wait for one that runs. */
bool cancel_work(struct work_struct *work);
bool cancel_work_sync(struct work_struct *work);
bool cancel_delayed_work(struct delayed_work *dwork);
bool cancel_delayed_work_sync(struct delayed_work *dwork);
#define cancel_rearming_delayed_work(dwork) ((void)cancel_delayed_work_sync(dwork))
#define cancel_rearming_delayed_workqueue(wq, dwork) ((void)(wq), cancel_rearming_delayed_work(dwork))

struct work_struct *current_work(void);
unsigned int work_busy(struct work_struct *work);
#define WORK_BUSY_PENDING 1
#define WORK_BUSY_RUNNING 2

#endif
