/* SPDX-License-Identifier: GPL-2.0-only */
/* Wait queues: tasks that sleep until somebody says that what they wait for may have happened. */
#ifndef LINUX_WAIT_H
#define LINUX_WAIT_H

#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

struct wait_queue_entry;

/* Give 0 where the entry was not to be woken, a negative number to stop the waking. */
typedef int (*wait_queue_func_t)(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key);

int default_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key);
int autoremove_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key);

#define WQ_FLAG_EXCLUSIVE 0x01
#define WQ_FLAG_WOKEN 0x02

/* Where names have changed, both are there. */
struct wait_queue_entry {
	unsigned int flags;
	void *private;			/* the task that sleeps */
	wait_queue_func_t func;
	union {
		struct list_head entry;
		struct list_head task_list;
	};
};

typedef struct wait_queue_entry wait_queue_entry_t;
typedef struct wait_queue_entry wait_queue_t;

struct wait_queue_head {
	spinlock_t lock;
	union {
		struct list_head head;
		struct list_head task_list;
	};
};

typedef struct wait_queue_head wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name) {							\
	.lock = __SPIN_LOCK_UNLOCKED(name.lock), { .head = LIST_HEAD_INIT((name).head) } }
#define DECLARE_WAIT_QUEUE_HEAD(name) wait_queue_head_t name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name) DECLARE_WAIT_QUEUE_HEAD(name)
#define __WAITQUEUE_INITIALIZER(name, task) { .private = (task), .func = default_wake_function }
#define DECLARE_WAITQUEUE(name, task) wait_queue_entry_t name = __WAITQUEUE_INITIALIZER(name, task)
#define DEFINE_WAIT_FUNC(name, function) wait_queue_entry_t name = {				\
	.private = current, .func = (function), { .entry = LIST_HEAD_INIT((name).entry) } }
#define DEFINE_WAIT(name) DEFINE_WAIT_FUNC(name, autoremove_wake_function)

static inline void init_waitqueue_head(wait_queue_head_t *queue)
{
	spin_lock_init(&queue->lock);
	INIT_LIST_HEAD(&queue->head);
}

static inline void init_waitqueue_entry(wait_queue_entry_t *entry, struct task_struct *task)
{
	*entry = (wait_queue_entry_t)__WAITQUEUE_INITIALIZER(*entry, task);
}

static inline void init_waitqueue_func_entry(wait_queue_entry_t *entry, wait_queue_func_t func)
{
	*entry = (wait_queue_entry_t) { .func = func };
}

void init_wait_entry(wait_queue_entry_t *entry, int flags);
#define init_wait(entry) init_wait_entry((entry), 0)

static inline int waitqueue_active(const wait_queue_head_t *queue)
{
	return !list_empty(&queue->head);
}

#define wq_has_sleeper(queue) waitqueue_active(queue)
#define wq_has_single_sleeper(queue) list_is_singular(&(queue)->head)

void add_wait_queue(wait_queue_head_t *queue, wait_queue_entry_t *entry);
void add_wait_queue_exclusive(wait_queue_head_t *queue, wait_queue_entry_t *entry);
void remove_wait_queue(wait_queue_head_t *queue, wait_queue_entry_t *entry);
void __add_wait_queue(wait_queue_head_t *queue, wait_queue_entry_t *entry);
void __add_wait_queue_entry_tail(wait_queue_head_t *queue, wait_queue_entry_t *entry);
void __remove_wait_queue(wait_queue_head_t *queue, wait_queue_entry_t *entry);

void prepare_to_wait(wait_queue_head_t *queue, wait_queue_entry_t *entry, int state);
void prepare_to_wait_exclusive(wait_queue_head_t *queue, wait_queue_entry_t *entry, int state);
/* Give -ERESTARTSYS where a signal that ends such a sleep is pending. */
long prepare_to_wait_event(wait_queue_head_t *queue, wait_queue_entry_t *entry, int state);
void finish_wait(wait_queue_head_t *queue, wait_queue_entry_t *entry);

/* Wake all that are not exclusive and `nr` that are; all of both for 0. */
void __wake_up(wait_queue_head_t *queue, unsigned int mode, int nr, void *key);
void __wake_up_locked(wait_queue_head_t *queue, unsigned int mode, int nr, void *key);

#define wake_up(queue) __wake_up((queue), TASK_NORMAL, 1, NULL)
#define wake_up_nr(queue, nr) __wake_up((queue), TASK_NORMAL, (nr), NULL)
#define wake_up_all(queue) __wake_up((queue), TASK_NORMAL, 0, NULL)
#define wake_up_sync(queue) wake_up(queue)
#define wake_up_locked(queue) __wake_up_locked((queue), TASK_NORMAL, 1, NULL)
#define wake_up_all_locked(queue) __wake_up_locked((queue), TASK_NORMAL, 0, NULL)
#define wake_up_locked_poll(queue, mask) __wake_up_locked((queue), TASK_NORMAL, 1, (void *)(unsigned long)(mask))
#define wake_up_interruptible(queue) __wake_up((queue), TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_interruptible_nr(queue, nr) __wake_up((queue), TASK_INTERRUPTIBLE, (nr), NULL)
#define wake_up_interruptible_all(queue) __wake_up((queue), TASK_INTERRUPTIBLE, 0, NULL)
#define wake_up_interruptible_sync(queue) wake_up_interruptible(queue)
#define wake_up_poll(queue, mask) __wake_up((queue), TASK_NORMAL, 1, (void *)(unsigned long)(mask))
#define wake_up_interruptible_poll(queue, mask)						\
	__wake_up((queue), TASK_INTERRUPTIBLE, 1, (void *)(unsigned long)(mask))

#define wake_up_interruptible_sync_poll(queue, mask) wake_up_interruptible_poll((queue), (mask))
#define wake_up_pollfree(queue) __wake_up((queue), TASK_NORMAL, 0, (void *)(unsigned long)(0x10 | 0x4000))

/* For loops that look after they have been woken, rather than before they sleep. */
int woken_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key);
long wait_woken(wait_queue_entry_t *entry, unsigned int mode, long timeout);

/*
 * Sleep until the condition holds: the ticks that were left, at least 1; 0 where they ran out; -ERESTARTSYS for a signal.
 * `before` and `after` stand around the sleep.
 */
#define ___wait_event(queue, condition, sleep_state, flags, timeout, before, after) ({		\
	wait_queue_entry_t _wait;								\
	long _left = (timeout), _signal;							\
											\
	init_wait_entry(&_wait, (flags));							\
	for (;;) {										\
		_signal = prepare_to_wait_event(&(queue), &_wait, (sleep_state));		\
		if (condition) {								\
			_signal = 0;								\
			if (!_left)								\
				_left = 1;							\
			break;									\
		}										\
		if (_signal || !_left)								\
			break;									\
		before;										\
		_left = schedule_timeout(_left);						\
		after;										\
	}											\
	finish_wait(&(queue), &_wait);								\
	_signal ? _signal : _left;								\
})

#define __wait_event_sleep(queue, condition, sleep_state, flags, timeout) ({			\
	long _result;										\
											\
	might_sleep();										\
	if (condition)										\
		_result = (timeout) ? : 1;							\
	else											\
		_result = ___wait_event(queue, condition, sleep_state, flags, timeout, , );	\
	_result;										\
})

#define __wait_event_result(result) ({ long _waited = (result); _waited < 0 ? (int)_waited : 0; })

#define wait_event(queue, condition)								\
	((void)__wait_event_sleep(queue, condition, TASK_UNINTERRUPTIBLE, 0, (long)MAX_SCHEDULE_TIMEOUT))
#define wait_event_timeout(queue, condition, timeout)						\
	__wait_event_sleep(queue, condition, TASK_UNINTERRUPTIBLE, 0, (long)(timeout))
#define wait_event_idle(queue, condition)							\
	((void)__wait_event_sleep(queue, condition, TASK_IDLE, 0, (long)MAX_SCHEDULE_TIMEOUT))
#define wait_event_interruptible(queue, condition)						\
	__wait_event_result(__wait_event_sleep(queue, condition, TASK_INTERRUPTIBLE, 0, (long)MAX_SCHEDULE_TIMEOUT))
#define wait_event_interruptible_timeout(queue, condition, timeout)				\
	__wait_event_sleep(queue, condition, TASK_INTERRUPTIBLE, 0, (long)(timeout))
#define wait_event_interruptible_exclusive(queue, condition)					\
	__wait_event_result(__wait_event_sleep(queue, condition, TASK_INTERRUPTIBLE, WQ_FLAG_EXCLUSIVE,	\
					       (long)MAX_SCHEDULE_TIMEOUT))
#define wait_event_killable(queue, condition)							\
	__wait_event_result(__wait_event_sleep(queue, condition, TASK_KILLABLE, 0, (long)MAX_SCHEDULE_TIMEOUT))
#define wait_event_killable_timeout(queue, condition, timeout)					\
	__wait_event_sleep(queue, condition, TASK_KILLABLE, 0, (long)(timeout))
#define wait_event_freezable(queue, condition) wait_event_interruptible(queue, condition)
#define wait_event_freezable_timeout(queue, condition, timeout)					\
	wait_event_interruptible_timeout(queue, condition, timeout)
#define wait_event_cmd(queue, condition, before, after)						\
	((void)___wait_event(queue, condition, TASK_UNINTERRUPTIBLE, 0, (long)MAX_SCHEDULE_TIMEOUT, before, after))

/* With a lock that is held where the condition is looked at, and let go while asleep. */
#define wait_event_lock_irq(queue, condition, lock)						\
	((void)___wait_event(queue, condition, TASK_UNINTERRUPTIBLE, 0, (long)MAX_SCHEDULE_TIMEOUT,	\
			     spin_unlock_irq(&(lock)), spin_lock_irq(&(lock))))
#define wait_event_interruptible_lock_irq(queue, condition, lock)				\
	__wait_event_result(___wait_event(queue, condition, TASK_INTERRUPTIBLE, 0,		\
					  (long)MAX_SCHEDULE_TIMEOUT,				\
					  spin_unlock_irq(&(lock)), spin_lock_irq(&(lock))))
#define wait_event_interruptible_lock_irq_timeout(queue, condition, lock, timeout)		\
	___wait_event(queue, condition, TASK_INTERRUPTIBLE, 0, (long)(timeout),			\
		      spin_unlock_irq(&(lock)), spin_lock_irq(&(lock)))

#define wait_event_lock_irq_timeout(queue, condition, lock, timeout)				\
	___wait_event(queue, condition, TASK_UNINTERRUPTIBLE, 0, (long)(timeout),		\
		      spin_unlock_irq(&(lock)), spin_lock_irq(&(lock)))
#define wait_event_lock_irq_cmd(queue, condition, lock, command)				\
	((void)___wait_event(queue, condition, TASK_UNINTERRUPTIBLE, 0, (long)MAX_SCHEDULE_TIMEOUT,	\
			     spin_unlock_irq(&(lock)); command, spin_lock_irq(&(lock))))
#define wait_event_interruptible_lock_irq_cmd(queue, condition, lock, command)			\
	__wait_event_result(___wait_event(queue, condition, TASK_INTERRUPTIBLE, 0,		\
					  (long)MAX_SCHEDULE_TIMEOUT,				\
					  spin_unlock_irq(&(lock)); command, spin_lock_irq(&(lock))))

/* The others: who wakes one at a time, what state the sleeper is in, what the load counts. */
#define wait_event_exclusive_cmd(queue, condition, before, after)				\
	((void)___wait_event(queue, condition, TASK_UNINTERRUPTIBLE, WQ_FLAG_EXCLUSIVE,		\
			     (long)MAX_SCHEDULE_TIMEOUT, before, after))
#define wait_event_killable_exclusive(queue, condition)						\
	__wait_event_result(__wait_event_sleep(queue, condition, TASK_KILLABLE, WQ_FLAG_EXCLUSIVE,	\
					       (long)MAX_SCHEDULE_TIMEOUT))
#define wait_event_idle_timeout(queue, condition, timeout)					\
	__wait_event_sleep(queue, condition, TASK_IDLE, 0, (long)(timeout))
#define wait_event_idle_exclusive(queue, condition)						\
	((void)__wait_event_sleep(queue, condition, TASK_IDLE, WQ_FLAG_EXCLUSIVE, (long)MAX_SCHEDULE_TIMEOUT))
#define wait_event_idle_exclusive_timeout(queue, condition, timeout)				\
	__wait_event_sleep(queue, condition, TASK_IDLE, WQ_FLAG_EXCLUSIVE, (long)(timeout))
#define wait_event_freezable_exclusive(queue, condition) wait_event_interruptible_exclusive(queue, condition)
#define wait_event_state(queue, condition, sleep_state)						\
	__wait_event_result(__wait_event_sleep(queue, condition, (sleep_state), 0, (long)MAX_SCHEDULE_TIMEOUT))
#define io_wait_event(queue, condition) wait_event(queue, condition)
#define io_wait_event_timeout(queue, condition, timeout) wait_event_timeout(queue, condition, timeout)

/* With the queue's own lock held. */
#define __wait_event_locked(queue, condition, exclusive, take, leave) ({			\
	DEFINE_WAIT(_wait);									\
	int _signal = 0;									\
												\
	_wait.flags |= (exclusive);								\
	while (!_signal && !(condition)) {							\
		if (list_empty(&_wait.entry))							\
			__add_wait_queue_entry_tail(&(queue), &_wait);				\
		set_current_state(TASK_INTERRUPTIBLE);						\
		if (signal_pending(current)) {							\
			_signal = -ERESTARTSYS;							\
			break;									\
		}										\
		leave(&(queue).lock);								\
		schedule();									\
		take(&(queue).lock);								\
	}											\
	list_del_init(&_wait.entry);								\
	__set_current_state(TASK_RUNNING);							\
	_signal;										\
})
#define wait_event_interruptible_locked(queue, condition)					\
	__wait_event_locked(queue, condition, 0, spin_lock, spin_unlock)
#define wait_event_interruptible_locked_irq(queue, condition)					\
	__wait_event_locked(queue, condition, 0, spin_lock_irq, spin_unlock_irq)
#define wait_event_interruptible_exclusive_locked(queue, condition)				\
	__wait_event_locked(queue, condition, WQ_FLAG_EXCLUSIVE, spin_lock, spin_unlock)
#define wait_event_interruptible_exclusive_locked_irq(queue, condition)				\
	__wait_event_locked(queue, condition, WQ_FLAG_EXCLUSIVE, spin_lock_irq, spin_unlock_irq)

/* With a limit in nanoseconds: -ETIME where it is reached. */
#define __wait_event_hrtimeout(queue, condition, timeout, sleep_state) ({			\
	struct hrtimer_sleeper _sleeper;							\
	int _late = 0;										\
												\
	might_sleep();										\
	if (!(condition)) {									\
		long _woken;									\
												\
		__hrtimer_sleeper_start(&_sleeper, (timeout), HRTIMER_MODE_REL);		\
		_woken = ___wait_event(queue, (condition) || (!_sleeper.task && (_late = -ETIME)),	\
				       (sleep_state), 0, (long)MAX_SCHEDULE_TIMEOUT, , );	\
		hrtimer_cancel(&_sleeper.timer);						\
		if (_woken < 0)									\
			_late = _woken;								\
	}											\
	_late;											\
})
#define wait_event_hrtimeout(queue, condition, timeout)						\
	__wait_event_hrtimeout(queue, condition, timeout, TASK_UNINTERRUPTIBLE)
#define wait_event_interruptible_hrtimeout(queue, condition, timeout)				\
	__wait_event_hrtimeout(queue, condition, timeout, TASK_INTERRUPTIBLE)

#define add_wait_queue_priority(queue, entry) add_wait_queue((queue), (entry))

/* Gone since 3.15; a wake-up that comes before the sleep is lost. */
void sleep_on(wait_queue_head_t *queue);
void interruptible_sleep_on(wait_queue_head_t *queue);
long sleep_on_timeout(wait_queue_head_t *queue, long timeout);
long interruptible_sleep_on_timeout(wait_queue_head_t *queue, long timeout);

#endif
