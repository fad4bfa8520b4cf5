/* SPDX-License-Identifier: GPL-2.0-only */
/* Wait queues that wake one at a time: those of linux/wait.h, with exclusive sleepers. */
#ifndef LINUX_SWAIT_H
#define LINUX_SWAIT_H

#include <linux/wait.h>

struct swait_queue_head {
	wait_queue_head_t queue;
};

#define DECLARE_SWAIT_QUEUE_HEAD(name)								\
	struct swait_queue_head name = { __WAIT_QUEUE_HEAD_INITIALIZER((name).queue) }
#define init_swait_queue_head(head) init_waitqueue_head(&(head)->queue)
#define swait_active(head) waitqueue_active(&(head)->queue)
#define swq_has_sleeper(head) swait_active(head)
#define swake_up_one(head) wake_up(&(head)->queue)
#define swake_up_all(head) wake_up_all(&(head)->queue)

#define __swait_event(head, condition, sleep_state, timeout)					\
	__wait_event_sleep((head).queue, condition, (sleep_state), WQ_FLAG_EXCLUSIVE, (long)(timeout))
#define swait_event_exclusive(head, condition)							\
	((void)__swait_event(head, condition, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT))
#define swait_event_timeout_exclusive(head, condition, timeout)					\
	__swait_event(head, condition, TASK_UNINTERRUPTIBLE, timeout)
#define swait_event_interruptible_exclusive(head, condition)					\
	__wait_event_result(__swait_event(head, condition, TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT))
#define swait_event_interruptible_timeout_exclusive(head, condition, timeout)			\
	__swait_event(head, condition, TASK_INTERRUPTIBLE, timeout)
#define swait_event_idle_exclusive(head, condition)						\
	((void)__swait_event(head, condition, TASK_IDLE, MAX_SCHEDULE_TIMEOUT))

#endif
