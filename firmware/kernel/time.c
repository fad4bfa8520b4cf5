// SPDX-License-Identifier: GPL-2.0-only
/* The clock tick, and delays. The TSC counts nanoseconds of virtual time. */
#include <asm/io.h>
#include <asm/processor.h>
#include <board.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>

#include "kernel.h"

#define PIT_HZ 1193182
#define LATCH ((PIT_HZ + HZ / 2) / HZ)
#define PIT_CHANNEL0_RATE 0x34		/* both bytes, mode 2 */
#define DELAY_PORT 0x80			/* a page register that no channel uses: reading it takes half a microsecond */

u64 sched_clock(void)
{
	return rdtsc();
}

static irqreturn_t timer_interrupt(int irq, void *dev_id)
{
	jiffies = jiffies + 1;
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

	/* Reading a port moves time on by more than a turn of the loop does. */
	while (rdtsc() - start < ns)
		inb(DELAY_PORT);
}

void udelay(unsigned long us)
{
	ndelay(us * 1000);
}

void mdelay(unsigned long ms)
{
	ndelay(ms * 1000000);
}

void msleep(unsigned int ms)
{
	unsigned long end = jiffies + msecs_to_jiffies(ms) + 1;

	while (time_before(jiffies, end)) {
		local_irq_disable();
		if (time_before(jiffies, end))
			safe_halt();
		local_irq_enable();
	}
}

void complete(struct completion *x)
{
	x->done++;
}

static int try_wait(struct completion *x)
{
	if (!x->done)
		return 0;
	x->done--;
	return 1;
}

unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout)
{
	unsigned long end = jiffies + timeout;
	int done;

	for (;;) {
		local_irq_disable();
		done = try_wait(x);
		if (done || time_after_eq(jiffies, end))
			break;
		safe_halt();
	}
	local_irq_enable();
	if (!done)
		return 0;
	return time_before(jiffies, end) ? end - jiffies : 1;
}

void wait_for_completion(struct completion *x)
{
	while (!wait_for_completion_timeout(x, HZ))
		;
}
