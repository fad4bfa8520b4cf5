// SPDX-License-Identifier: GPL-2.0-only
/* Wait queues and completions. kernel/wait.c, kernel/sched.c */
#include <linux/completion.h>
#include <linux/wait.h>

#include "kernel.h"
#include "sched.h"

int default_wake_function(wait_queue_entry_t *entry, unsigned int mode, int flags, void *key)
{
	return try_to_wake_up(entry->private, mode);
}

int autoremove_wake_function(wait_queue_entry_t *entry, unsigned int mode, int flags, void *key)
{
	int woken = default_wake_function(entry, mode, flags, key);

	if (woken)
		list_del_init(&entry->entry);
	return woken;
}

void init_wait_entry(wait_queue_entry_t *entry, int flags)
{
	*entry = (wait_queue_entry_t) { .flags = flags, .private = current, .func = autoremove_wake_function };
	INIT_LIST_HEAD(&entry->entry);
}

/* Whoever is exclusive queues at the end, so that all others are woken before. */
static void queue_entry(wait_queue_head_t *queue, wait_queue_entry_t *entry)
{
	if (entry->flags & WQ_FLAG_EXCLUSIVE)
		list_add_tail(&entry->entry, &queue->head);
	else
		list_add(&entry->entry, &queue->head);
}

void __add_wait_queue(wait_queue_head_t *queue, wait_queue_entry_t *entry)
{
	list_add(&entry->entry, &queue->head);
}

void __add_wait_queue_entry_tail(wait_queue_head_t *queue, wait_queue_entry_t *entry)
{
	list_add_tail(&entry->entry, &queue->head);
}

void __remove_wait_queue(wait_queue_head_t *queue, wait_queue_entry_t *entry)
{
	list_del(&entry->entry);
}

void add_wait_queue(wait_queue_head_t *queue, wait_queue_entry_t *entry)
{
	unsigned long flags;

	entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&queue->lock, flags);
	queue_entry(queue, entry);
	spin_unlock_irqrestore(&queue->lock, flags);
}

void add_wait_queue_exclusive(wait_queue_head_t *queue, wait_queue_entry_t *entry)
{
	unsigned long flags;

	entry->flags |= WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&queue->lock, flags);
	queue_entry(queue, entry);
	spin_unlock_irqrestore(&queue->lock, flags);
}

void remove_wait_queue(wait_queue_head_t *queue, wait_queue_entry_t *entry)
{
	unsigned long flags;

	spin_lock_irqsave(&queue->lock, flags);
	list_del(&entry->entry);
	spin_unlock_irqrestore(&queue->lock, flags);
}

static void prepare(wait_queue_head_t *queue, wait_queue_entry_t *entry, int state)
{
	unsigned long flags;

	spin_lock_irqsave(&queue->lock, flags);
	if (list_empty(&entry->entry))
		queue_entry(queue, entry);
	set_current_state(state);
	spin_unlock_irqrestore(&queue->lock, flags);
}

void prepare_to_wait(wait_queue_head_t *queue, wait_queue_entry_t *entry, int state)
{
	entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	prepare(queue, entry, state);
}

void prepare_to_wait_exclusive(wait_queue_head_t *queue, wait_queue_entry_t *entry, int state)
{
	entry->flags |= WQ_FLAG_EXCLUSIVE;
	prepare(queue, entry, state);
}

long prepare_to_wait_event(wait_queue_head_t *queue, wait_queue_entry_t *entry, int state)
{
	prepare(queue, entry, state);
	return signal_pending_state(state, current) ? -ERESTARTSYS : 0;
}

void finish_wait(wait_queue_head_t *queue, wait_queue_entry_t *entry)
{
	unsigned long flags;

	__set_current_state(TASK_RUNNING);
	if (list_empty(&entry->entry))
		return;
	spin_lock_irqsave(&queue->lock, flags);
	list_del_init(&entry->entry);
	spin_unlock_irqrestore(&queue->lock, flags);
}

void __wake_up_locked(wait_queue_head_t *queue, unsigned int mode, int nr, void *key)
{
	struct list_head *at, *next;

	list_for_each_safe(at, next, &queue->head) {
		wait_queue_entry_t *entry = list_entry(at, wait_queue_entry_t, entry);
		int exclusive = entry->flags & WQ_FLAG_EXCLUSIVE;
		int woken = entry->func(entry, mode, 0, key);

		if (woken < 0 || (woken && exclusive && !--nr))
			break;
	}
}

noinline void __wake_up(wait_queue_head_t *queue, unsigned int mode, int nr, void *key)
{
	unsigned long flags;

	spin_lock_irqsave(&queue->lock, flags);
	__wake_up_locked(queue, mode, nr, key);
	spin_unlock_irqrestore(&queue->lock, flags);
}

static long sleep_on_common(wait_queue_head_t *queue, int state, long timeout)
{
	DEFINE_WAIT(waiter);

	prepare_to_wait(queue, &waiter, state);
	timeout = schedule_timeout(timeout);
	finish_wait(queue, &waiter);
	return timeout;
}

void sleep_on(wait_queue_head_t *queue)
{
	sleep_on_common(queue, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
}

void interruptible_sleep_on(wait_queue_head_t *queue)
{
	sleep_on_common(queue, TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
}

long sleep_on_timeout(wait_queue_head_t *queue, long timeout)
{
	return sleep_on_common(queue, TASK_UNINTERRUPTIBLE, timeout);
}

long interruptible_sleep_on_timeout(wait_queue_head_t *queue, long timeout)
{
	return sleep_on_common(queue, TASK_INTERRUPTIBLE, timeout);
}
