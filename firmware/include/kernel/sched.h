/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks: what the scheduler, and whoever looks into the guest from outside, must know of each. include/linux/sched.h */
#ifndef KERNEL_SCHED_H
#define KERNEL_SCHED_H

#define TASK_RSP 8		/* where struct task_struct has it, for assembly */
#define THREAD_SIZE 16384	/* bytes of a task's stack */

#ifndef __ASSEMBLER__

#include <kernel/list.h>
#include <kernel/types.h>

#define TASK_COMM_LEN 16

enum task_state {
	TASK_RUNNING = 0,		/* runs, or waits for the CPU */
	TASK_INTERRUPTIBLE = 1,
	TASK_UNINTERRUPTIBLE = 2,
	__TASK_STOPPED = 4,
	TASK_WAKEKILL = 0x100,
	TASK_KILLABLE = TASK_WAKEKILL | TASK_UNINTERRUPTIBLE,
	TASK_IDLE = 0x402,		/* uninterruptible, and nobody wonders for how long */
	TASK_DEAD = 0x80,		/* never runs again */
	TASK_NORMAL = TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE,
};

enum task_flags {
	PF_EXITING = 0x4,
	PF_WQ_WORKER = 0x20,
	PF_STATIC = 0x1000,		/* its memory is the image's */
	PF_KTHREAD = 0x200000,
};

struct mm_struct;
struct worker;

struct task_struct {
	volatile long state;		/* enum task_state */
	u64 rsp;			/* while it does not run: there lie R15-R12, RBX, RBP and where it goes on */
	void *stack;			/* the lowest byte; below it comes a page that is not mapped */
	int preempt_count;		/* while it does not run */
	int on_cpu;			/* runs */
	int on_rq;			/* waits for the CPU */
	int usage;			/* references; the last one gone frees it */
	unsigned int flags;		/* enum task_flags */
	int pid;
	int tgid;
	char comm[TASK_COMM_LEN];
	struct list_head run_list;	/* on the run queue */
	struct list_head tasks;		/* on that of all tasks, from init_task on */
	u64 pending;			/* signals, bit n - 1 for signal n */
	int (*threadfn)(void *data);
	void *data;
	int started;			/* has been woken once */
	int should_stop;
	int should_park;
	int parked;
	int exit_code;
	struct __wait_queue_head exited;
	struct worker *worker;
	struct mm_struct *mm;		/* of who makes the calls of user space; else NULL */
	unsigned long last_ran;		/* in ticks: when it last gave up the CPU */
	int hung;			/* has been told of */
	int locks_held;			/* mutexes and semaphores for writing */
};

/* What the kernel finds wrong with the use of its primitives; the finding's kind is the name behind SCHED_BUG_. */
enum sched_bug {
	SCHED_BUG_SLEEP_IN_ATOMIC = 1,
	SCHED_BUG_SCHEDULING_WHILE_ATOMIC,
	SCHED_BUG_PREEMPT_IMBALANCE,
	SCHED_BUG_SPINLOCK,
	SCHED_BUG_LOCK_INVERSION,
	SCHED_BUG_MUTEX,
	SCHED_BUG_KTHREAD,
	SCHED_BUG_ACTIVE_OBJECT,
	SCHED_BUG_IRQ,
	SCHED_BUG_TIMER,
	SCHED_BUG_WORKQUEUE,
	SCHED_BUG_REFCOUNT,
	SCHED_BUG_HUNG_TASK,
	SCHED_BUG_SOFT_LOCKUP,
	SCHED_BUG_ISA_DMA,
	SCHED_BUG_WARNING,
};

#endif
#endif
