// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts: the way in from the IDT, handlers and who shares them. kernel/irq/handle.c, kernel/irq/manage.c */
#include <board.h>
#include <kernel/track.h>
#include <linux/irqflags.h>
#include <linux/string.h>

#include "irq.h"
#include "kernel.h"
#include "sched.h"

#define IRQ_ACTIONS 64

struct irq_desc irq_desc[NR_IRQS];

static struct irqaction irqactions[IRQ_ACTIONS];

static int must_stay_masked(const struct irq_desc *desc)
{
	return desc->depth || desc->oneshot || !desc->action;
}

static irqreturn_t call_handler(struct irqaction *action, unsigned int irq)
{
	int before = preempt_count();
	irqreturn_t result = action->handler(irq, action->dev_id);

	check_atomic_balance("an interrupt handler", before);
	if (unlikely(!irqs_disabled())) {
		local_irq_disable();
		sched_bug(SCHED_BUG_IRQ, "irq %u handler of %s enabled interrupts", irq, action->name);
	}
	if (result == IRQ_WAKE_THREAD && !action->thread_fn)
		sched_bug(SCHED_BUG_IRQ, "IRQ %u device %s returned IRQ_WAKE_THREAD but no thread function available.", irq,
			  action->name);
	else if (result == IRQ_WAKE_THREAD)
		wake_irq_thread(action);
	return result;
}

void handle_irq(unsigned int irq)
{
	struct irq_desc *desc = &irq_desc[irq];
	int handled = 0;

	if (!desc->chip || !desc->chip->ack(irq))
		return;
	desc->count++;
	if (desc->depth) {
		desc->pending = 1;
		return;
	}
	desc->in_progress = 1;
	for (struct irqaction *action = desc->action; action; action = action->next)
		handled |= call_handler(action, irq);
	desc->in_progress = 0;
	if (!handled) {
		printk(KERN_ERR "irq %d: nobody cared\n", irq);
		return;				/* left masked: a level that nobody lowers would come for ever */
	}
	if (!must_stay_masked(desc))
		desc->chip->unmask(irq);
}

static void unexpected_vector(struct pt_regs *regs, unsigned int vector)
{
	if (vector == LOCAL_TIMER_VECTOR)
		lapic_timer_interrupt();
	else if (vector != SPURIOUS_APIC_VECTOR)
		do_exception(regs, vector);
}

void do_vector(struct pt_regs *regs, unsigned int vector)
{
	unsigned int irq = vector - IRQ0_VECTOR;

	if (vector < IRQ0_VECTOR) {
		do_exception(regs, vector);
		return;
	}
	if (vector >= MSI_VECTOR_BASE)
		irq = vector - MSI_VECTOR_BASE + MSI_IRQ_BASE;
	irq_enter();
	if (irq < NR_LEGACY_IRQS || (irq >= MSI_IRQ_BASE && irq < NR_IRQS))
		handle_irq(irq);
	else
		unexpected_vector(regs, vector);
	irq_exit();
}

static struct irqaction *free_action(void)
{
	for (int i = 0; i < IRQ_ACTIONS; i++)
		if (!irqactions[i].handler)
			return &irqactions[i];
	return NULL;
}

static irqreturn_t irq_default_primary_handler(int irq, void *dev_id)
{
	return IRQ_WAKE_THREAD;
}

static int check_request(unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn, unsigned long flags,
			 const char *name, void *dev_id)
{
	if (irq >= NR_IRQS || irq == PIC_CASCADE_IRQ || !irq_desc[irq].chip || (!handler && !thread_fn) ||
	    ((flags & IRQF_SHARED) && !dev_id))
		return -EINVAL;
	if (!handler && !(flags & IRQF_ONESHOT)) {
		printk(KERN_ERR "Threaded irq requested with handler=NULL and !ONESHOT for %s (irq %d)\n", name, irq);
		return -EINVAL;
	}
	if (irq_desc[irq].action && !(flags & irq_desc[irq].action->flags & IRQF_SHARED))
		return -EBUSY;
	return 0;
}

static void link_action(struct irqaction *action)
{
	struct irq_desc *desc = &irq_desc[action->irq];
	struct irqaction **last;
	unsigned long flags;

	local_irq_save(flags);
	for (last = &desc->action; *last; last = &(*last)->next)
		;
	*last = action;
	if (desc->action == action) {
		desc->depth = action->flags & IRQF_NO_AUTOEN ? 1 : 0;
		desc->pending = 0;
		if (!desc->depth)
			desc->chip->unmask(action->irq);
	}
	local_irq_restore(flags);
}

noinline int request_threaded_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
				  unsigned long flags, const char *name, void *dev_id)
{
	struct irqaction *action = free_action();
	int error = check_request(irq, handler, thread_fn, flags, name, dev_id);

	might_sleep();
	if (error)
		return error;
	if (!action)
		return -ENOMEM;
	*action = (struct irqaction) {
		.handler = handler ? handler : irq_default_primary_handler,
		.thread_fn = thread_fn,
		.flags = flags,
		.name = name,
		.dev_id = dev_id,
		.irq = irq,
	};
	error = thread_fn ? setup_irq_thread(action) : 0;
	if (error)
		action->handler = NULL;
	else
		link_action(action);
	if (!error)
		track("irq handler", (unsigned long)action, name);
	return error;
}

noinline int request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags, const char *name, void *dev_id)
{
	if (!handler)
		return -EINVAL;
	return request_threaded_irq(irq, handler, NULL, flags, name, dev_id);
}

static struct irqaction *unlink_action(unsigned int irq, void *dev_id)
{
	struct irq_desc *desc = &irq_desc[irq];
	struct irqaction **link = &desc->action;
	struct irqaction *action;
	unsigned long flags;

	local_irq_save(flags);
	while (*link && (*link)->dev_id != dev_id)
		link = &(*link)->next;
	action = *link;
	if (action)
		*link = action->next;
	if (action && !desc->action)
		desc->chip->mask(irq);
	local_irq_restore(flags);
	return action;
}

noinline const void *free_irq(unsigned int irq, void *dev_id)
{
	struct irqaction *action = irq < NR_IRQS ? unlink_action(irq, dev_id) : NULL;
	const char *name;

	if (in_interrupt())
		sched_bug(SCHED_BUG_IRQ, "Trying to free IRQ %d from IRQ context!", irq);
	if (!action) {
		sched_bug(SCHED_BUG_IRQ, "Trying to free already-free IRQ %d", irq);
		return NULL;
	}
	name = action->name;
	synchronize_irq(irq);
	if (action->thread)
		stop_irq_thread(action);
	action->handler = NULL;
	untrack("irq handler", (unsigned long)action);
	return name;
}

void disable_irq_nosync(unsigned int irq)
{
	unsigned long flags;

	if (irq >= NR_IRQS || !irq_desc[irq].chip)
		return;
	local_irq_save(flags);
	if (!irq_desc[irq].depth++)
		irq_desc[irq].chip->mask(irq);
	local_irq_restore(flags);
}

noinline void disable_irq(unsigned int irq)
{
	disable_irq_nosync(irq);
	synchronize_irq(irq);
}

bool disable_hardirq(unsigned int irq)
{
	disable_irq_nosync(irq);
	return irq < NR_IRQS && !irq_desc[irq].in_progress;
}

/* Let come what came meanwhile, as if it came now. */
static void resend(unsigned int irq)
{
	irq_desc[irq].pending = 0;
	irq_enter();
	handle_irq(irq);
	irq_exit();
}

noinline void enable_irq(unsigned int irq)
{
	struct irq_desc *desc = &irq_desc[irq];
	unsigned long flags;

	if (irq >= NR_IRQS || !desc->chip)
		return;
	local_irq_save(flags);
	if (!desc->depth)
		sched_bug(SCHED_BUG_IRQ, "Unbalanced enable for IRQ %d", irq);
	else if (!--desc->depth && !must_stay_masked(desc))
		desc->chip->unmask(irq);
	if (desc->pending && !desc->depth && !in_interrupt())
		resend(irq);
	local_irq_restore(flags);
}

void init_IRQ(void)
{
	for (int irq = 0; irq < NR_LEGACY_IRQS; irq++)
		irq_desc[irq].chip = &i8259A_chip;
	init_8259A();
}
