// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is wrong with the use of the kernel's primitives: said on the console in Linux's words, with a backtrace, and told
 * to the host. And the end of a machine on which nothing can happen any more. kernel/sched.c, kernel/sched_debug.c
 */
#include <linux/interrupt.h>
#include <linux/refcount.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#include "kernel.h"
#include "sched.h"
#include "trap.h"

#define NEVER (~0UL)
#define STATE_LETTERS "RSD"
#define HUNG_TASK_TIMEOUT_SECS 120	/* unless the command line says otherwise, as Linux has it */
#define HUNG_TASK_OPTION "sysctl.kernel.hung_task_timeout_secs"
#define SOFTLOCKUP_THRESH 10		/* seconds, likewise */
#define SOFTLOCKUP_OPTION "sysctl.kernel.softlockup_thresh"

int system_running;			/* boot is over: from now on it is wrong to sleep where one must not */

static unsigned int hung_task_timeout_secs = HUNG_TASK_TIMEOUT_SECS;
static unsigned long touched = INITIAL_JIFFIES;	/* when a task last let others run */
static u64 ask_again;			/* sched_clock() from which on it is worth asking for events */

static noinline u64 trap_sched(enum trap number, u64 first, u64 second, u64 third)
{
	struct trap_frame frame = {
		.number = number,
		.args = { first, second, third },
		.caller = (u64)__builtin_return_address(0),
		.frame_pointer = (u64)__builtin_frame_address(0),
	};

	return trap(&frame);
}

/* `place` is the driver's line that is to blame, where the way here does not lead over it; else 0. */
static noinline void report_bug(enum sched_bug bug, unsigned long place, const char *format, va_list args)
{
	char message[256];

	vsnprintf(message, sizeof(message), format, args);
	printk(KERN_ERR "%s\n", message);
	dump_stack();
	trap_sched(TRAP_SCHED_BUG, bug, (u64)message, place);
}

noinline void sched_bug(enum sched_bug bug, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_bug(bug, 0, format, args);
	va_end(args);
}

noinline void sched_bug_at(enum sched_bug bug, unsigned long place, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_bug(bug, place, format, args);
	va_end(args);
}

noinline void warn_slowpath(const char *file, int line, const char *function, const char *format, ...)
{
	char said[128], *text;
	va_list args;

	va_start(args, format);
	vsnprintf(said, sizeof(said), format, args);
	va_end(args);
	text = strim(said);
	sched_bug(SCHED_BUG_WARNING, "WARNING: at %s:%d %s()%s%s", file, line, function, *text ? ": " : "", text);
}

noinline void schedule_bug(void)
{
	sched_bug_at(SCHED_BUG_SCHEDULING_WHILE_ATOMIC, lock_taken_at(), "BUG: scheduling while atomic: %s/%d/0x%08x", current->comm,
		  current->pid, preempt_count());
}

noinline void __might_sleep(const char *file, int line)
{
	if (likely(!in_atomic() && !irqs_disabled()) || !system_running)
		return;
	sched_bug_at(SCHED_BUG_SLEEP_IN_ATOMIC, lock_taken_at(),
		  "BUG: sleeping function called from invalid context at %s:%d, in_atomic(): %d, irqs_disabled(): %d, "
		  "pid: %d, name: %s",
		  file, line, in_atomic(), irqs_disabled(), current->pid, current->comm);
}

/* Whoever is called back must leave the context as he found it; set it right for whoever comes next. */
void check_atomic_balance(const char *what, int before)
{
	int after = preempt_count();

	if (likely(after == before))
		return;
	preempt_count() = before;
	sched_bug_at(SCHED_BUG_PREEMPT_IMBALANCE, lock_taken_at(),
		     "huh, entered %s with preempt_count %08x, exited with %08x?", what, before, after);
}

noinline void refcount_warn_saturate(refcount_t *r, const char *what)
{
	refcount_set(r, REFCOUNT_SATURATED);
	sched_bug(SCHED_BUG_REFCOUNT, "refcount_t: %s", what);
}

/* Called when a module's exit is over: what it left would run code that is gone. */
noinline void check_left_behind(const char *module, const void *start, size_t size)
{
	struct timer_list *timer = timer_within(start, size);
	struct work_struct *work = work_within(start, size);
	struct task_struct *task;

	if (timer)
		sched_bug_at(SCHED_BUG_ACTIVE_OBJECT, timer->started_at,
			     "BUG: module %s is gone, but its timer %016lx is pending: [<%016lx>]", module,
			     (unsigned long)timer, (unsigned long)timer->function);
	if (work)
		sched_bug_at(SCHED_BUG_ACTIVE_OBJECT, work->queued_at,
			     "BUG: module %s is gone, but its work %016lx is not done: [<%016lx>]", module,
			     (unsigned long)work, (unsigned long)work->func);
	for_each_process(task) {
		if ((u64)task->threadfn - (u64)start < size && !(task->flags & PF_EXITING))
			sched_bug(SCHED_BUG_ACTIVE_OBJECT, "BUG: module %s is gone, but its thread %s/%d runs on: [<%016lx>]",
				  module, task->comm, task->pid, (unsigned long)task->threadfn);
	}
}

/* A loop that waits for time to pass has nothing to say: the host lets it pass. */
void trap_delay(u64 until_ns)
{
	trap_sched(TRAP_DELAY, until_ns, 0, 0);
}

static char state_letter(const struct task_struct *task)
{
	long state = task->state & TASK_NORMAL;

	return state < (long)sizeof(STATE_LETTERS) - 1 ? STATE_LETTERS[state] : '?';
}

static void show_task(const struct task_struct *task)
{
	u64 rbp = task->rsp + 8 * (SAVED_REGISTERS - 1);

	printk(KERN_EMERG "task:%-15s state:%c pid:%d\n", task->comm, state_letter(task), task->pid);
	show_trace(task == current ? (u64)__builtin_frame_address(0) : rbp);
}

static void show_state(void)
{
	struct task_struct *task;

	show_task(&init_task);
	list_for_each_entry(task, &init_task.tasks, tasks)
		show_task(task);
}

/* The finding's backtrace is the sleeper's. */
static void report_hung_task(struct task_struct *task)
{
	char message[128];
	struct trap_frame frame = {
		.number = TRAP_SCHED_BUG,
		.args = { SCHED_BUG_HUNG_TASK, (u64)message },
		.caller = (u64)schedule,
		.frame_pointer = task->rsp + 8 * (SAVED_REGISTERS - 1),
	};

	task->hung = 1;
	snprintf(message, sizeof(message), "INFO: task %s:%d blocked for more than %u seconds.", task->comm, task->pid,
		 hung_task_timeout_secs);
	printk(KERN_ERR "%s\n", message);
	show_task(task);
	trap(&frame);
	/* Whoever makes the calls of user space never comes back, and with him ends what there is to test. */
	if (task->mm)
		panic("hung_task: blocked tasks");
}

static void check_hung_task(struct task_struct *task)
{
	if (task != current && task->state == TASK_UNINTERRUPTIBLE && !task->hung &&
	    time_after(jiffies, task->last_ran + hung_task_timeout_secs * HZ))
		report_hung_task(task);
}

/* Called at each tick: a sleep that no signal ends is to be short. kernel/hung_task.c: check_hung_uninterruptible_tasks */
void check_hung_tasks(void)
{
	static unsigned long next_check = INITIAL_JIFFIES + HZ;
	struct task_struct *task, *next;

	if (time_before(jiffies, next_check))
		return;
	next_check = jiffies + HZ;
	hung_task_timeout_secs = command_line_number(HUNG_TASK_OPTION, HUNG_TASK_TIMEOUT_SECS);
	if (!hung_task_timeout_secs)
		return;
	check_hung_task(&init_task);
	list_for_each_entry_safe(task, next, &init_task.tasks, tasks)
		check_hung_task(task);
}

void touch_softlockup_watchdog(void)
{
	touched = jiffies;
}

/* Called at each tick: a task is to let others run now and then. kernel/softlockup.c: softlockup_tick */
void check_soft_lockup(void)
{
	unsigned int thresh;

	if (time_before(jiffies, touched + HZ))
		return;
	thresh = command_line_number(SOFTLOCKUP_OPTION, SOFTLOCKUP_THRESH);
	if (!thresh || !time_after(jiffies, touched + thresh * HZ))
		return;
	sched_bug(SCHED_BUG_SOFT_LOCKUP, "BUG: soft lockup - CPU#0 stuck for %lus! [%s:%d]", (jiffies - touched) / HZ,
		  current->comm, current->pid);
	panic("softlockup: hung tasks");	/* nobody else will ever run */
}

/*
 * Called with interrupts off, where no task is ready. Ticks come for ever; what counts is whether anything else may
 * still happen, which the host knows.
 */
void check_all_asleep(void)
{
	if (!system_running || timers_pending() || hrtimers_pending() || sched_clock() < ask_again)
		return;
	ask_again = trap_sched(TRAP_ALL_ASLEEP, 0, 0, 0);
	if (ask_again != NEVER)
		return;
	printk(KERN_EMERG "deadlock: all tasks sleep, and nothing is pending that could wake one\n");
	show_state();
	trap_sched(TRAP_DEADLOCK, (u64)&init_task, (u64)current, 0);
	machine_exit(EXIT_PANIC);
}
