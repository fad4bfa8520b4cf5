/* SPDX-License-Identifier: GPL-2.0-only */
/* Spin locks of a machine with one CPU: what is left of them is the interrupt flag. */
#ifndef LINUX_SPINLOCK_H
#define LINUX_SPINLOCK_H

#include <kernel/list.h>
#include <linux/compiler.h>
#include <linux/irqflags.h>

#define SPIN_LOCK_UNLOCKED ((spinlock_t) {})
#define DEFINE_SPINLOCK(name) spinlock_t name = SPIN_LOCK_UNLOCKED
#define spin_lock_init(lock) ((void)(lock))
#define spin_lock(lock) do { (void)(lock); barrier(); } while (0)
#define spin_unlock(lock) do { (void)(lock); barrier(); } while (0)
#define spin_lock_irq(lock) do { (void)(lock); local_irq_disable(); } while (0)
#define spin_unlock_irq(lock) do { (void)(lock); local_irq_enable(); } while (0)
#define spin_lock_irqsave(lock, flags) do { (void)(lock); local_irq_save(flags); } while (0)
#define spin_unlock_irqrestore(lock, flags) do { (void)(lock); local_irq_restore(flags); } while (0)

#endif
