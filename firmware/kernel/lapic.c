// SPDX-License-Identifier: GPL-2.0-only
/*
 * The local APIC: taken into use by whoever first needs it, for messages of PCI devices or for its timer. The 8259A pair
 * goes on as before, through LINT0. arch/x86/kernel/apic_64.c
 */
#include <board.h>
#include <kernel/track.h>
#include <linux/hrtimer.h>
#include <linux/io.h>

#include "irq.h"
#include "kernel.h"
#include "sched.h"

#define APIC_TASKPRI 0x080
#define APIC_EOI 0x0b0
#define APIC_SPIV 0x0f0
#define APIC_SPIV_APIC_ENABLED 0x100
#define APIC_LVTT 0x320
#define APIC_LVT0 0x350
#define APIC_DM_EXTINT 0x700
#define APIC_TMICT 0x380
#define APIC_TDCR 0x3e0
#define APIC_TDR_DIV_1 0xb		/* a tick is a nanosecond */
#define MIN_DELTA_NS 1000
#define MAX_DELTA_NS 0xffffffffL

static void __iomem *apic;

static void apic_write(u32 value, unsigned int reg)
{
	writel(value, (char __iomem *)apic + reg);
}

int setup_local_APIC(void)
{
	if (apic)
		return 0;
	apic = ioremap(LAPIC_BASE, LAPIC_SIZE);
	untrack("ioremap", (unsigned long)apic);	/* the kernel's for good, whoever asked first */
	if (!apic)
		return -ENOMEM;
	apic_write(0, APIC_TASKPRI);
	apic_write(APIC_SPIV_APIC_ENABLED | SPURIOUS_APIC_VECTOR, APIC_SPIV);
	apic_write(APIC_DM_EXTINT, APIC_LVT0);
	apic_write(APIC_TDR_DIV_1, APIC_TDCR);
	apic_write(LOCAL_TIMER_VECTOR, APIC_LVTT);
	return 0;
}

void ack_APIC_irq(void)
{
	apic_write(0, APIC_EOI);
}

void lapic_timer_at(s64 when_ns)
{
	s64 delta = when_ns - ktime_get();

	if (setup_local_APIC())
		return;
	if (delta < MIN_DELTA_NS)
		delta = MIN_DELTA_NS;
	if (delta > MAX_DELTA_NS)
		delta = MAX_DELTA_NS;
	apic_write(delta, APIC_TMICT);
}

void lapic_timer_interrupt(void)
{
	ack_APIC_irq();
	hrtimer_interrupt();
}
