/* SPDX-License-Identifier: GPL-2.0-only */
/* What interrupt handlers answer. */
#ifndef LINUX_IRQRETURN_H
#define LINUX_IRQRETURN_H

enum irqreturn {
	IRQ_NONE = 0,			/* it was not this device */
	IRQ_HANDLED = 1,
	IRQ_WAKE_THREAD = 2,		/* it was, and the handler's thread has more to do */
};

typedef enum irqreturn irqreturn_t;

#define IRQ_RETVAL(x) ((x) ? IRQ_HANDLED : IRQ_NONE)

#endif
