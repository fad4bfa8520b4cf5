/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions that are called, in softirq context, once jiffies has reached a value. */
#ifndef LINUX_TIMER_H
#define LINUX_TIMER_H

#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/version.h>

/*
 * Up to 4.14 the function takes `data`, later the timer. The kernel calls both alike, with `data`, which
 * timer_setup() sets to the timer's address.
 */
struct timer_list {
	struct list_head entry;		/* entry.next is NULL while the timer is not pending */
	unsigned long expires;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 15, 0)
	void (*function)(struct timer_list *timer);
#else
	void (*function)(unsigned long data);
#endif
	unsigned long data;
	u32 flags;
	unsigned long started_at;	/* the code that did, last */
};

#define TIMER_DEFERRABLE 0x00080000
#define TIMER_PINNED 0x00100000
#define TIMER_IRQSAFE 0x00200000

void init_timer_key(struct timer_list *timer);
void add_timer(struct timer_list *timer);
int mod_timer(struct timer_list *timer, unsigned long expires);
int mod_timer_pending(struct timer_list *timer, unsigned long expires);
int timer_reduce(struct timer_list *timer, unsigned long expires);
int timer_delete(struct timer_list *timer);
int timer_delete_sync(struct timer_list *timer);
int timer_shutdown(struct timer_list *timer);
int timer_shutdown_sync(struct timer_list *timer);

#define add_timer_on(timer, cpu) ((void)(cpu), add_timer(timer))
#define timer_destroy_on_stack(timer) ((void)(timer))
#define del_timer(timer) timer_delete(timer)
#define del_timer_sync(timer) timer_delete_sync(timer)
#define del_singleshot_timer_sync(timer) timer_delete_sync(timer)
#define try_to_del_timer_sync(timer) timer_delete(timer)

static inline int timer_pending(const struct timer_list *timer)
{
	return timer->entry.next != NULL;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 15, 0)

#define DEFINE_TIMER(name, callback)								\
	struct timer_list name = { .function = (callback), .data = (unsigned long)&(name) }

static inline void timer_setup(struct timer_list *timer, void (*function)(struct timer_list *), unsigned int flags)
{
	init_timer_key(timer);
	timer->function = function;
	timer->data = (unsigned long)timer;
	timer->flags = flags;
}

#define timer_setup_on_stack(timer, function, flags) timer_setup((timer), (function), (flags))
#define destroy_timer_on_stack(timer) ((void)(timer))
#define from_timer(variable, timer, member) container_of(timer, typeof(*variable), member)
#define timer_container_of(variable, timer, member) from_timer(variable, timer, member)

#else

#define TIMER_INITIALIZER(callback, ticks, argument)						\
	{ .function = (callback), .expires = (ticks), .data = (argument) }
#define DEFINE_TIMER(name, callback, ticks, argument)						\
	struct timer_list name = TIMER_INITIALIZER(callback, ticks, argument)
#define init_timer(timer) init_timer_key(timer)
#define init_timer_deferrable(timer)							\
	do { init_timer_key(timer); (timer)->flags |= TIMER_DEFERRABLE; } while (0)
#define init_timer_on_stack(timer) init_timer_key(timer)
#define destroy_timer_on_stack(timer) ((void)(timer))

static inline void setup_timer(struct timer_list *timer, void (*function)(unsigned long), unsigned long data)
{
	init_timer_key(timer);
	timer->function = function;
	timer->data = data;
}

#define setup_timer_on_stack(timer, function, data) setup_timer((timer), (function), (data))

#endif

unsigned long round_jiffies(unsigned long j);
unsigned long round_jiffies_relative(unsigned long j);

/* Up to the next whole second. */
static inline unsigned long round_jiffies_up(unsigned long j)
{
	return j % HZ ? j - j % HZ + HZ : j;
}

#define round_jiffies_up_relative(j) (round_jiffies_up((j) + jiffies) - jiffies)
#define __round_jiffies(j, cpu) ((void)(cpu), round_jiffies(j))
#define __round_jiffies_relative(j, cpu) ((void)(cpu), round_jiffies_relative(j))
#define __round_jiffies_up(j, cpu) ((void)(cpu), round_jiffies_up(j))

#endif
