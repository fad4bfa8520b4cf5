/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of the scheduler; not for drivers. */
#ifndef KERNEL_SCHED_INTERNAL_H
#define KERNEL_SCHED_INTERNAL_H

#include <linux/sched.h>

#define THREAD_ORDER 3			/* a task's block: struct task_struct, a guard page, its stack */
#define THREAD_BLOCK (PAGE_SIZE << THREAD_ORDER)
#define SAVED_REGISTERS 6		/* by __switch_to(), below the return address */

/* sched.c */
void sched_init(void);
void finish_task_switch(struct task_struct *prev);
int try_to_wake_up(struct task_struct *task, unsigned int state);
struct task_struct *__switch_to(struct task_struct *prev, struct task_struct *next);

/* fork.c */
struct task_struct *copy_process(int (*threadfn)(void *data), void *data, const char *name);
void init_static_task(struct task_struct *task, void *stack, int (*threadfn)(void *data), const char *name);
void task_entry(struct task_struct *prev) __noreturn;
void ret_from_fork(void);
int in_task_stack_guard(u64 virt);

/* sched_debug.c */
extern int system_running;
void sched_bug(enum sched_bug bug, const char *format, ...) __printf(2, 3);
void sched_bug_at(enum sched_bug bug, unsigned long place, const char *format, ...) __printf(3, 4);
void schedule_bug(void);
void check_all_asleep(void);
void check_atomic_balance(const char *what, int before);
void check_hung_tasks(void);
void check_soft_lockup(void);
void trap_delay(u64 until_ns);

/* spinlock.c */
unsigned long lock_taken_at(void);

/* timer.c, hrtimer.c */
void run_local_timers(void);
int timers_pending(void);
void init_timers(void);
int hrtimers_pending(void);
void hrtimer_interrupt(void);
struct timer_list *timer_within(const void *start, size_t size);

/* softirq.c */
void softirq_init(void);
void invoke_softirq(void);

/* workqueue.c */
void workqueue_init(void);
void wq_worker_sleeping(struct task_struct *task);
struct work_struct *work_within(const void *start, size_t size);

/* lapic.c */
void lapic_timer_at(s64 when_ns);	/* interrupt then */
void lapic_timer_interrupt(void);

/* page_tables.c */
int set_page_present(u64 virt, int present);

#endif
