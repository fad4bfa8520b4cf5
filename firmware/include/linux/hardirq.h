/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_HARDIRQ_H
#define LINUX_HARDIRQ_H

#include <linux/preempt.h>

void synchronize_irq(unsigned int irq);
void irq_enter(void);
void irq_exit(void);

#endif
