// SPDX-License-Identifier: GPL-2.0-only
/* The 8259A pair, which has the sixteen lines of a PC. arch/x86/kernel/i8259_64.c */
#include <asm/io.h>
#include <board.h>

#include "irq.h"
#include "kernel.h"

#define PIC_COMMAND(irq) ((irq) < 8 ? PIC1_PORT : PIC2_PORT)
#define PIC_MASK(irq) (PIC_COMMAND(irq) + 1)
#define ICW1_INIT 0x11			/* edge, cascade, ICW4 follows */
#define ICW4_8086 0x01
#define OCW2_SPECIFIC_EOI 0x60
#define OCW3_READ_ISR 0x0b
#define OCW3_READ_IRR 0x0a

static u16 cached_irq_mask = 0xffff;

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

/* Mask the line and end the interrupt, so that others can come: 0 where there was none. */
static int ack_8259A_irq(unsigned int irq)
{
	if (is_spurious(irq)) {
		irq_spurious++;
		if (irq >= 8)
			outb(OCW2_SPECIFIC_EOI + PIC_CASCADE_IRQ, PIC1_PORT);
		return 0;
	}
	disable_8259A_irq(irq);
	outb(OCW2_SPECIFIC_EOI + (irq & 7), PIC_COMMAND(irq));
	if (irq >= 8)
		outb(OCW2_SPECIFIC_EOI + PIC_CASCADE_IRQ, PIC1_PORT);
	return 1;
}

const struct irq_chip i8259A_chip = {
	.ack = ack_8259A_irq,
	.mask = disable_8259A_irq,
	.unmask = enable_8259A_irq,
};

/* PCI's lines are level-triggered, and shared; the chipset has a bit for each. */
void set_level_triggered(unsigned int irq)
{
	u16 port = PIC_ELCR_PORT + (irq >> 3);

	outb(inb(port) | 1 << (irq & 7), port);
}

static void init_chip(u16 port, u8 vector, u8 cascade)
{
	outb(ICW1_INIT, port);
	outb(vector, port + 1);
	outb(cascade, port + 1);
	outb(ICW4_8086, port + 1);
	outb(0xff, port + 1);
}

void init_8259A(void)
{
	init_chip(PIC1_PORT, IRQ0_VECTOR, 1 << PIC_CASCADE_IRQ);
	init_chip(PIC2_PORT, IRQ0_VECTOR + 8, PIC_CASCADE_IRQ);
	enable_8259A_irq(PIC_CASCADE_IRQ);
}
