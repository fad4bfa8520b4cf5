// SPDX-License-Identifier: GPL-2.0-only
/* The local APIC. arch/x86/kernel/apic_64.c */
#include <linux/types.h>

#include "kernel.h"
#include "sched.h"

void lapic_timer_at(s64 when_ns)
{
}

void lapic_timer_interrupt(void)
{
}
