/* SPDX-License-Identifier: GPL-2.0-only */
/* Interrupt lines and their handlers, softirqs and tasklets. */
#ifndef LINUX_INTERRUPT_H
#define LINUX_INTERRUPT_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/bottom_half.h>
#include <linux/compiler.h>
#include <linux/hardirq.h>
#include <linux/irqreturn.h>
#include <linux/types.h>

#define IRQF_TRIGGER_NONE 0x0
#define IRQF_TRIGGER_RISING 0x1
#define IRQF_TRIGGER_FALLING 0x2
#define IRQF_TRIGGER_HIGH 0x4
#define IRQF_TRIGGER_LOW 0x8
#define IRQF_DISABLED 0x20		/* all handlers run with interrupts off */
#define IRQF_SAMPLE_RANDOM 0x40
#define IRQF_SHARED 0x80
#define IRQF_PROBE_SHARED 0x100
#define IRQF_NOBALANCING 0x800
#define IRQF_ONESHOT 0x2000		/* the line stays masked until the thread is done */
#define IRQF_NO_SUSPEND 0x4000
#define IRQF_NO_THREAD 0x10000
#define IRQF_NO_AUTOEN 0x80000
#define SA_SHIRQ IRQF_SHARED
#define SA_INTERRUPT IRQF_DISABLED
#define IRQ_NOTCONNECTED (1U << 31)

typedef irqreturn_t (*irq_handler_t)(int irq, void *dev_id);

int __must_check request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags, const char *name,
			     void *dev_id);
/* `thread_fn` runs in a task of its own whenever `handler` says IRQ_WAKE_THREAD; without a handler, always. */
int __must_check request_threaded_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
				      unsigned long flags, const char *name, void *dev_id);
#define request_any_context_irq(irq, handler, flags, name, dev_id)				\
	request_irq((irq), (handler), (flags), (name), (dev_id))
const void *free_irq(unsigned int irq, void *dev_id);

/* Calls nest; disable_irq() also waits for handlers that run. */
void disable_irq(unsigned int irq);
void disable_irq_nosync(unsigned int irq);
bool disable_hardirq(unsigned int irq);
void enable_irq(unsigned int irq);
#define enable_irq_wake(irq) ((void)(irq), 0)
#define disable_irq_wake(irq) ((void)(irq), 0)
void irq_wake_thread(unsigned int irq, void *dev_id);
#define irq_set_affinity_hint(irq, mask) ((void)(irq), (void)(mask), 0)

enum {
	HI_SOFTIRQ,
	TIMER_SOFTIRQ,
	TASKLET_SOFTIRQ,
	RCU_SOFTIRQ,
	NR_SOFTIRQS,
};

void open_softirq(int nr, void (*action)(void));
void raise_softirq(unsigned int nr);
int softirq_pending(void);
void do_softirq(void);

enum {
	TASKLET_STATE_SCHED,
	TASKLET_STATE_RUN,
};

/* Up to 5.8 the function takes `data`, later also the tasklet. */
struct tasklet_struct {
	struct tasklet_struct *next;
	unsigned long state;
	atomic_t count;			/* 0: enabled */
	bool use_callback;
	union {
		void (*func)(unsigned long data);
		void (*callback)(struct tasklet_struct *tasklet);
	};
	unsigned long data;
};

#define DECLARE_TASKLET_OLD(name, function)							\
	struct tasklet_struct name = { .func = (function) }
#define DECLARE_TASKLET_DATA(name, function, argument)						\
	struct tasklet_struct name = { .func = (function), .data = (argument) }
#define __DECLARE_TASKLET_CALLBACK(name, function)						\
	struct tasklet_struct name = { .callback = (function), .use_callback = true }
/* Two arguments since 5.9, three before. */
#define __DECLARE_TASKLET(_1, _2, _3, which, ...) which
#define DECLARE_TASKLET(...)									\
	__DECLARE_TASKLET(__VA_ARGS__, DECLARE_TASKLET_DATA, __DECLARE_TASKLET_CALLBACK)(__VA_ARGS__)

void tasklet_init(struct tasklet_struct *tasklet, void (*func)(unsigned long data), unsigned long data);
void tasklet_setup(struct tasklet_struct *tasklet, void (*callback)(struct tasklet_struct *tasklet));
void tasklet_schedule(struct tasklet_struct *tasklet);
void tasklet_hi_schedule(struct tasklet_struct *tasklet);
void tasklet_disable(struct tasklet_struct *tasklet);
void tasklet_enable(struct tasklet_struct *tasklet);
void tasklet_kill(struct tasklet_struct *tasklet);
#define tasklet_disable_nosync(tasklet) atomic_inc(&(tasklet)->count)
#define from_tasklet(variable, tasklet, member) container_of(tasklet, typeof(*variable), member)

#endif
