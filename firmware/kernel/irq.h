/* SPDX-License-Identifier: GPL-2.0-only */
/* Between interrupt controllers and those who handle interrupts; not for drivers. */
#ifndef KERNEL_IRQ_H
#define KERNEL_IRQ_H

#include <linux/interrupt.h>
#include <linux/wait.h>

#define NR_LEGACY_IRQS 16
#define IRQ0_VECTOR 0x30		/* of the 8259A pair */
#define MSI_IRQ_BASE 24			/* the numbers of messages, as Linux has them behind those of an I/O APIC */
#define NR_MSI_IRQS 32
#define NR_IRQS (MSI_IRQ_BASE + NR_MSI_IRQS)
#define MSI_VECTOR_BASE 0x50
#define LOCAL_TIMER_VECTOR 0xef
#define SPURIOUS_APIC_VECTOR 0xff

struct irq_chip {
	int (*ack)(unsigned int irq);	/* before the handlers; 0 where there was no interrupt */
	void (*mask)(unsigned int irq);
	void (*unmask)(unsigned int irq);
};

struct irqaction {
	irq_handler_t handler;		/* NULL: free */
	irq_handler_t thread_fn;
	unsigned long flags;
	const char *name;
	void *dev_id;
	struct irqaction *next;
	unsigned int irq;
	struct task_struct *thread;
	int thread_wanted;
};

struct irq_desc {
	const struct irq_chip *chip;	/* NULL: no such interrupt */
	struct irqaction *action;
	int depth;			/* how often disable_irq() was called */
	int in_progress;
	int pending;			/* it came while disabled, and its chip cannot hold it back */
	int threads;			/* that are to run, or run */
	int oneshot;			/* of those with IRQF_ONESHOT: until they are done the line stays masked */
	unsigned long count;
};

extern struct irq_desc irq_desc[NR_IRQS];
extern const struct irq_chip i8259A_chip;

void handle_irq(unsigned int irq);

/* lapic.c */
int setup_local_APIC(void);
void ack_APIC_irq(void);

/* irq_thread.c */
int setup_irq_thread(struct irqaction *action);
void wake_irq_thread(struct irqaction *action);
void stop_irq_thread(struct irqaction *action);

#endif
