/* SPDX-License-Identifier: GPL-2.0-only */
/* What guards the variables of a CPU: that nobody else runs on it. */
#ifndef LINUX_LOCAL_LOCK_H
#define LINUX_LOCAL_LOCK_H

#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/preempt.h>

typedef struct {
	char unused;
} local_lock_t;

#define INIT_LOCAL_LOCK(name) { 0 }
#define local_lock_init(lock) ((void)(lock))
#define local_lock(lock) do { (void)(lock); preempt_disable(); } while (0)
#define local_unlock(lock) do { (void)(lock); preempt_enable(); } while (0)
#define local_lock_irq(lock) do { (void)(lock); local_irq_disable(); } while (0)
#define local_unlock_irq(lock) do { (void)(lock); local_irq_enable(); } while (0)
#define local_lock_irqsave(lock, flags) do { (void)(lock); local_irq_save(flags); } while (0)
#define local_unlock_irqrestore(lock, flags) do { (void)(lock); local_irq_restore(flags); } while (0)

#endif
