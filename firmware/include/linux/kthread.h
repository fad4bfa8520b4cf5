/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel threads. */
#ifndef LINUX_KTHREAD_H
#define LINUX_KTHREAD_H

#include <linux/err.h>
#include <linux/sched.h>

/* Make a thread that sleeps until it is first woken; ERR_PTR(-ENOMEM) where there is no memory for it. */
struct task_struct *kthread_create(int (*threadfn)(void *data), void *data, const char *name, ...) __printf(3, 4);

#define kthread_create_on_node(threadfn, data, node, name, ...)				\
	((void)(node), kthread_create((threadfn), (data), name, ##__VA_ARGS__))
#define kthread_create_on_cpu(threadfn, data, cpu, name)				\
	((void)(cpu), kthread_create((threadfn), (data), name, 0U))
#define kthread_run(threadfn, data, name, ...) ({						\
	struct task_struct *_task = kthread_create((threadfn), (data), name, ##__VA_ARGS__);	\
											\
	if (!IS_ERR(_task))									\
		wake_up_process(_task);								\
	_task;											\
})
#define kthread_bind(task, cpu) ((void)(task), (void)(cpu))
#define kthread_bind_mask(task, mask) ((void)(task), (void)(mask))
#define kthread_run_on_cpu(threadfn, data, cpu, name) ((void)(cpu), kthread_run((threadfn), (data), (name), 0U))

/* Ask a thread to end, wait until it has, and give what its function gave; -EINTR where it had never run. */
int kthread_stop(struct task_struct *task);
bool kthread_should_stop(void);
bool kthread_freezable_should_stop(bool *was_frozen);
#define kthread_stop_put(task) ({ struct task_struct *_stopped = (task); int _code = kthread_stop(_stopped); put_task_struct(_stopped); _code; })

/* Let a thread rest where it asks kthread_should_park() and says kthread_parkme(); wait until it does. */
int kthread_park(struct task_struct *task);
void kthread_unpark(struct task_struct *task);
bool kthread_should_park(void);
void kthread_parkme(void);
void *kthread_data(struct task_struct *task);

struct completion;
void kthread_exit(long code) __noreturn;
void kthread_complete_and_exit(struct completion *done, long code) __noreturn;
#define complete_and_exit(done, code) kthread_complete_and_exit((done), (code))
#define module_put_and_kthread_exit(code) do { module_put(THIS_MODULE); kthread_exit(code); } while (0)
#define do_exit(code) kthread_exit(code)

#define try_to_freeze() 0
#define set_freezable() 0

#include <linux/kthread_worker.h>

#endif
