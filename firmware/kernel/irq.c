// SPDX-License-Identifier: GPL-2.0-only
/* Interrupt lines: the 8259A pair, shared handlers, and the way in from the IDT. arch/x86/kernel/i8259_64.c */
#include <asm/io.h>
#include <board.h>
#include <linux/interrupt.h>
#include <linux/irqflags.h>

#include "kernel.h"

#define NR_IRQS 16
#define IRQ0_VECTOR 0x30
#define IRQ_ACTIONS 32

#define PIC_COMMAND(irq) ((irq) < 8 ? PIC1_PORT : PIC2_PORT)
#define PIC_MASK(irq) (PIC_COMMAND(irq) + 1)
#define ICW1_INIT 0x11			/* edge, cascade, ICW4 follows */
#define ICW4_8086 0x01
#define OCW2_SPECIFIC_EOI 0x60
#define OCW3_READ_ISR 0x0b
#define OCW3_READ_IRR 0x0a

struct irqaction {
	irq_handler_t handler;		/* NULL: free */
	unsigned long flags;
	const char *name;
	void *dev_id;
	struct irqaction *next;
};

static struct irqaction irqactions[IRQ_ACTIONS];
static struct irqaction *irq_desc[NR_IRQS];
static u16 cached_irq_mask = 0xffff;
static int interrupt_depth;

unsigned long irq_counts[NR_IRQS];
unsigned long irq_spurious;

static void write_mask(unsigned int irq)
{
	outb(irq < 8 ? cached_irq_mask : cached_irq_mask >> 8, PIC_MASK(irq));
}

static void disable_8259A_irq(unsigned int irq)
{
	cached_irq_mask |= 1 << irq;
	write_mask(irq);
}

static void enable_8259A_irq(unsigned int irq)
{
	cached_irq_mask &= ~(1 << irq);
	write_mask(irq);
}

static void acknowledge(unsigned int irq)
{
	outb(OCW2_SPECIFIC_EOI + (irq & 7), PIC_COMMAND(irq));
	if (irq >= 8)
		outb(OCW2_SPECIFIC_EOI + PIC_CASCADE_IRQ, PIC1_PORT);
}

/* The lowest input of each chip also reports requests that were gone when the CPU asked: then nothing is in service. */
static int is_spurious(unsigned int irq)
{
	u8 in_service;

	if ((irq & 7) != 7)
		return 0;
	outb(OCW3_READ_ISR, PIC_COMMAND(irq));
	in_service = inb(PIC_COMMAND(irq));
	outb(OCW3_READ_IRR, PIC_COMMAND(irq));
	return !(in_service & 0x80);
}

void do_IRQ(unsigned int irq)
{
	int handled = 0;

	if (is_spurious(irq)) {
		irq_spurious++;
		if (irq >= 8)
			outb(OCW2_SPECIFIC_EOI + PIC_CASCADE_IRQ, PIC1_PORT);
		return;
	}
	disable_8259A_irq(irq);
	acknowledge(irq);
	irq_counts[irq]++;
	interrupt_depth++;
	for (struct irqaction *action = irq_desc[irq]; action; action = action->next)
		handled |= action->handler(irq, action->dev_id);
	interrupt_depth--;
	if (!handled) {
		printk(KERN_ERR "irq %d: nobody cared\n", irq);
		return;				/* left masked: a level that nobody lowers would come for ever */
	}
	enable_8259A_irq(irq);
}

void do_vector(struct pt_regs *regs, unsigned int vector)
{
	if (vector >= IRQ0_VECTOR && vector < IRQ0_VECTOR + NR_IRQS)
		do_IRQ(vector - IRQ0_VECTOR);
	else
		do_exception(regs, vector);
}

int in_interrupt(void)
{
	return interrupt_depth;
}

static struct irqaction *free_action(void)
{
	for (int i = 0; i < IRQ_ACTIONS; i++)
		if (!irqactions[i].handler)
			return &irqactions[i];
	return NULL;
}

int request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags, const char *name, void *dev_id)
{
	struct irqaction *action = free_action();
	struct irqaction **last;

	if (irq >= NR_IRQS || irq == PIC_CASCADE_IRQ || !handler || ((flags & IRQF_SHARED) && !dev_id))
		return -EINVAL;
	if (irq_desc[irq] && !(flags & irq_desc[irq]->flags & IRQF_SHARED))
		return -EBUSY;
	if (!action)
		return -ENOMEM;
	*action = (struct irqaction) { handler, flags, name, dev_id, NULL };
	for (last = &irq_desc[irq]; *last; last = &(*last)->next)
		;
	*last = action;
	if (irq_desc[irq] == action)
		enable_8259A_irq(irq);
	return 0;
}

void free_irq(unsigned int irq, void *dev_id)
{
	for (struct irqaction **link = &irq_desc[irq]; irq < NR_IRQS && *link; link = &(*link)->next) {
		struct irqaction *action = *link;

		if (action->dev_id != dev_id)
			continue;
		*link = action->next;
		action->handler = NULL;
		if (!irq_desc[irq])
			disable_8259A_irq(irq);
		return;
	}
	printk(KERN_ERR "Trying to free already-free IRQ %d\n", irq);
	dump_stack();
}

/* PCI's lines are level-triggered, and shared; the chipset has a bit for each. */
void set_level_triggered(unsigned int irq)
{
	u16 port = PIC_ELCR_PORT + (irq >> 3);

	outb(inb(port) | 1 << (irq & 7), port);
}

static void init_8259A(u16 port, u8 vector, u8 cascade)
{
	outb(ICW1_INIT, port);
	outb(vector, port + 1);
	outb(cascade, port + 1);
	outb(ICW4_8086, port + 1);
	outb(0xff, port + 1);
}

void init_IRQ(void)
{
	init_8259A(PIC1_PORT, IRQ0_VECTOR, 1 << PIC_CASCADE_IRQ);
	init_8259A(PIC2_PORT, IRQ0_VECTOR + 8, PIC_CASCADE_IRQ);
	enable_8259A_irq(PIC_CASCADE_IRQ);
}
