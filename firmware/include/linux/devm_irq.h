/* SPDX-License-Identifier: GPL-2.0-only */
/* Handlers that go with their driver. */
#ifndef LINUX_DEVM_IRQ_H
#define LINUX_DEVM_IRQ_H

#include <kernel/device.h>
#include <linux/interrupt.h>

int __must_check devm_request_irq(struct device *dev, unsigned int irq, irq_handler_t handler, unsigned long flags,
				  const char *name, void *dev_id);
int __must_check devm_request_threaded_irq(struct device *dev, unsigned int irq, irq_handler_t handler,
					   irq_handler_t thread_fn, unsigned long flags, const char *name,
					   void *dev_id);
#define devm_request_any_context_irq devm_request_irq
void devm_free_irq(struct device *dev, unsigned int irq, void *dev_id);

#endif
