/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting for a bit to be cleared, or for a variable to become what one wants: all of them in one queue. */
#ifndef LINUX_WAIT_BIT_H
#define LINUX_WAIT_BIT_H

#include <kernel/api.h>
#include <linux/bitops.h>
#include <linux/wait.h>

extern wait_queue_head_t __bit_wait_queue;

void wake_up_bit(void *word, int bit);
#define wake_up_var(variable) wake_up_bit((variable), -1)

#define __wait_on_bit(word, bit, mode, timeout, taken)						\
	__wait_event_sleep(__bit_wait_queue, taken((bit), (word)), (mode), 0, (long)(timeout))
#define __bit_is_clear(bit, word) (!test_bit((bit), (word)))
#define __bit_was_taken(bit, word) (!test_and_set_bit((bit), (word)))

/* 0, or -EINTR; with a timeout -EAGAIN where it ran out. */
#if API_BEFORE(3, 17)
#define wait_on_bit(word, bit, action, mode)							\
	((void)(action), __wait_on_bit(word, bit, mode, MAX_SCHEDULE_TIMEOUT, __bit_is_clear) < 0 ? -EINTR : 0)
#define wait_on_bit_lock(word, bit, action, mode)						\
	((void)(action), __wait_on_bit(word, bit, mode, MAX_SCHEDULE_TIMEOUT, __bit_was_taken) < 0 ? -EINTR : 0)
#else
#define wait_on_bit(word, bit, mode)								\
	(__wait_on_bit(word, bit, mode, MAX_SCHEDULE_TIMEOUT, __bit_is_clear) < 0 ? -EINTR : 0)
#define wait_on_bit_lock(word, bit, mode)							\
	(__wait_on_bit(word, bit, mode, MAX_SCHEDULE_TIMEOUT, __bit_was_taken) < 0 ? -EINTR : 0)
#endif
#define wait_on_bit_io wait_on_bit
#define wait_on_bit_timeout(word, bit, mode, timeout) ({					\
	long _bit_left = __wait_on_bit(word, bit, mode, timeout, __bit_is_clear);		\
	_bit_left < 0 ? -EINTR : _bit_left ? 0 : -EAGAIN;					\
})

#define wait_var_event(variable, condition) wait_event(__bit_wait_queue, condition)
#define wait_var_event_timeout(variable, condition, timeout) wait_event_timeout(__bit_wait_queue, condition, timeout)
#define wait_var_event_killable(variable, condition) wait_event_killable(__bit_wait_queue, condition)
#define wait_var_event_interruptible(variable, condition) wait_event_interruptible(__bit_wait_queue, condition)

static inline void clear_and_wake_up_bit(int bit, unsigned long *word)
{
	clear_bit_unlock(bit, word);
	wake_up_bit(word, bit);
}

#endif
