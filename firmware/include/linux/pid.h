/* SPDX-License-Identifier: GPL-2.0-only */
/* Identities of tasks. A struct pid is the task itself, seen by those who may only hold on to it. */
#ifndef LINUX_PID_H
#define LINUX_PID_H

#include <linux/sched.h>

enum pid_type { PIDTYPE_PID, PIDTYPE_TGID, PIDTYPE_PGID, PIDTYPE_SID };

struct pid {
	struct task_struct task;
};

static inline struct pid *task_pid(struct task_struct *task)
{
	return (struct pid *)task;
}

static inline struct pid *get_pid(struct pid *pid)
{
	if (pid)
		get_task_struct(&pid->task);
	return pid;
}

static inline void put_pid(struct pid *pid)
{
	if (pid)
		put_task_struct(&pid->task);
}

static inline struct task_struct *pid_task(struct pid *pid, enum pid_type type)
{
	return pid ? &pid->task : NULL;
}

static inline struct task_struct *get_pid_task(struct pid *pid, enum pid_type type)
{
	return get_pid(pid) ? &pid->task : NULL;
}

static inline struct pid *get_task_pid(struct task_struct *task, enum pid_type type)
{
	return get_pid(task_pid(task));
}

static inline int pid_nr(struct pid *pid)
{
	return pid ? pid->task.pid : 0;
}

static inline struct pid *find_get_pid(int nr)
{
	struct task_struct *task;

	for_each_process(task)
		if (task->pid == nr)
			return get_pid(task_pid(task));
	return NULL;
}

#define pid_vnr pid_nr
#define find_vpid(nr) ({ struct pid *_pid = find_get_pid(nr); put_pid(_pid); _pid; })

static inline int kill_pid(struct pid *pid, int signal, int priv)
{
	return pid ? send_sig(signal, &pid->task, priv) : -ESRCH;
}

#endif
