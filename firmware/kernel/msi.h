/* SPDX-License-Identifier: GPL-2.0-only */
/* Between messages of both kinds: their numbers, which they share. */
#ifndef KERNEL_MSI_H
#define KERNEL_MSI_H

#include <linux/pci.h>

#include "irq.h"

#define MSI_DATA(irq) (MSI_VECTOR_BASE + (irq) - MSI_IRQ_BASE)

int ack_msi(unsigned int irq);
/* The interrupt's number, or -ENOSPC. */
int create_irq(const struct irq_chip *chip);
void destroy_irq(unsigned int irq);

#endif
