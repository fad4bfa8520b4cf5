/* SPDX-License-Identifier: GPL-2.0-only */
/* The interrupt flag. */
#ifndef LINUX_IRQFLAGS_H
#define LINUX_IRQFLAGS_H

#define X86_EFLAGS_IF 0x200

static inline unsigned long __local_save_flags(void)
{
	unsigned long flags;

	__asm__ volatile("pushfq; popq %0" : "=r"(flags) : : "memory");
	return flags;
}

static inline void local_irq_enable(void)
{
	__asm__ volatile("sti" : : : "memory");
}

static inline void local_irq_disable(void)
{
	__asm__ volatile("cli" : : : "memory");
}

static inline void local_irq_restore(unsigned long flags)
{
	if (flags & X86_EFLAGS_IF)
		local_irq_enable();
	else
		local_irq_disable();
}

/* Enable interrupts and wait for one; none can slip in between. */
static inline void safe_halt(void)
{
	__asm__ volatile("sti; hlt" : : : "memory");
}

#define local_save_flags(flags) ((flags) = __local_save_flags())
#define local_irq_save(flags) do { local_save_flags(flags); local_irq_disable(); } while (0)
#define irqs_disabled() (!(__local_save_flags() & X86_EFLAGS_IF))

#endif
