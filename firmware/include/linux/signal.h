/* SPDX-License-Identifier: GPL-2.0-only */
/* Signals: that one came is all that is kept of it. */
#ifndef LINUX_SIGNAL_H
#define LINUX_SIGNAL_H

#include <linux/sched.h>
#include <linux/types.h>

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGUSR1 10
#define SIGSEGV 11
#define SIGUSR2 12
#define SIGPIPE 13
#define SIGALRM 14
#define SIGTERM 15
#define SIGIO 29
#define POLL_IN 1
#define POLL_OUT 2
#define SI_USER 0
#define SI_KERNEL 0x80
#define SI_QUEUE (-1)

typedef union sigval {
	int sival_int;
	void __user *sival_ptr;
} sigval_t;

struct kernel_siginfo {
	int si_signo;
	int si_errno;
	int si_code;
	int si_pid;
	int si_uid;
	sigval_t si_value;
};

typedef struct kernel_siginfo kernel_siginfo_t;
#define siginfo kernel_siginfo
#define si_int si_value.sival_int
#define si_ptr si_value.sival_ptr
#define SEND_SIG_NOINFO ((struct kernel_siginfo *)0)
#define SEND_SIG_PRIV ((struct kernel_siginfo *)1)

static inline int send_sig_info(int signal, struct kernel_siginfo *info, struct task_struct *task)
{
	return send_sig(signal, task, 0);
}

static inline void clear_siginfo(struct kernel_siginfo *info)
{
	*info = (struct kernel_siginfo) { 0 };
}

#endif
