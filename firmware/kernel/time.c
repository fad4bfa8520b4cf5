// SPDX-License-Identifier: GPL-2.0-only
/* The clock tick, and delays. The TSC counts nanoseconds of virtual time. */
#include <asm/io.h>
#include <asm/processor.h>
#include <board.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>

#include "kernel.h"
#include "sched.h"

#define PIT_HZ 1193182
#define LATCH ((PIT_HZ + HZ / 2) / HZ)
#define PIT_CHANNEL0_RATE 0x34		/* both bytes, mode 2 */
#define SPIN_TURNS 1000
#define SPIN_TURNS_NS 500000
#define SHORT_DELAY 10000		/* ns */
#define DELAY_PORT 0x80			/* a page register that no channel uses: reading it takes half a microsecond */

u64 sched_clock(void)
{
	return rdtsc();
}

ktime_t ktime_get(void)
{
	return rdtsc();
}

static irqreturn_t timer_interrupt(int irq, void *dev_id)
{
	jiffies = jiffies + 1;
	run_local_timers();
	check_hung_tasks();
	check_soft_lockup();
	return IRQ_HANDLED;
}

void time_init(void)
{
	outb(PIT_CHANNEL0_RATE, PIT_PORT + 3);
	outb(LATCH & 0xff, PIT_PORT);
	outb(LATCH >> 8, PIT_PORT);
	if (request_irq(PIT_IRQ, timer_interrupt, 0, "timer", NULL))
		panic("the timer's interrupt line is taken");
}

void ndelay(unsigned long ns)
{
	u64 start = rdtsc();

	while (rdtsc() - start < ns)
		if (ns < SHORT_DELAY)
			inb(DELAY_PORT);	/* moves time on by more than a turn of the loop does */
		else
			trap_delay(start + ns);
}

/*
 * What a driver's loop calls that waits for something. After a thousand turns it will be an event: let time pass to it, or
 * as much of it as so many turns take on a processor.
 */
void spin_relax(void)
{
	static unsigned int turns;

	cpu_relax();
	if (++turns % SPIN_TURNS == 0)
		trap_delay(rdtsc() + SPIN_TURNS_NS);
}

void udelay(unsigned long us)
{
	ndelay(us * 1000);
}

void mdelay(unsigned long ms)
{
	ndelay(ms * 1000000);
}
