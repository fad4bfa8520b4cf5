/* SPDX-License-Identifier: GPL-2.0-only */
/* What is known of interrupts besides their handlers. */
#ifndef LINUX_IRQ_H
#define LINUX_IRQ_H

#include <linux/interrupt.h>

enum {
	IRQ_TYPE_NONE = 0x00,
	IRQ_TYPE_EDGE_RISING = 0x01,
	IRQ_TYPE_EDGE_FALLING = 0x02,
	IRQ_TYPE_EDGE_BOTH = 0x03,
	IRQ_TYPE_LEVEL_HIGH = 0x04,
	IRQ_TYPE_LEVEL_LOW = 0x08,
	IRQ_TYPE_LEVEL_MASK = 0x0c,
	IRQ_TYPE_SENSE_MASK = 0x0f,
	IRQ_LEVEL = 1 << 8,
	IRQ_DISABLE_UNLAZY = 1 << 19,
};

/* Disabled interrupts are masked at once. */
#define irq_set_status_flags(irq, flags) ((void)(irq), (void)(flags))
#define irq_clear_status_flags(irq, flags) ((void)(irq), (void)(flags))

#endif
