/* SPDX-License-Identifier: GPL-2.0-only */
/* Interrupt lines and their handlers. */
#ifndef LINUX_INTERRUPT_H
#define LINUX_INTERRUPT_H

#include <linux/compiler.h>
#include <linux/types.h>

typedef int irqreturn_t;
#define IRQ_NONE 0
#define IRQ_HANDLED 1
#define IRQ_RETVAL(x) ((x) != 0)

#define IRQF_SHARED 0x80

typedef irqreturn_t (*irq_handler_t)(int irq, void *dev_id);

int __must_check request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags, const char *name,
			     void *dev_id);
void free_irq(unsigned int irq, void *dev_id);
int in_interrupt(void);

#endif
