// SPDX-License-Identifier: GPL-2.0-only
/* Message signalled interrupts of PCI devices: one for each, and a vector for each. drivers/pci/msi.c */
#include <board.h>
#include <kernel/track.h>
#include <linux/pci.h>

#include "kernel.h"
#include "msi.h"
#include "sched.h"

/* Acknowledged first, so that one that comes while its handler runs is not lost. */
int ack_msi(unsigned int irq)
{
	ack_APIC_irq();
	return 1;
}

/* What cannot be masked is remembered while it is disabled. */
static void leave_unmasked(unsigned int irq)
{
}

static const struct irq_chip msi_chip = {
	.ack = ack_msi,
	.mask = leave_unmasked,
	.unmask = leave_unmasked,
};

int create_irq(const struct irq_chip *chip)
{
	for (int irq = MSI_IRQ_BASE; irq < NR_IRQS; irq++) {
		if (irq_desc[irq].chip)
			continue;
		irq_desc[irq] = (struct irq_desc) { .chip = chip };
		return irq;
	}
	return -ENOSPC;
}

void destroy_irq(unsigned int irq)
{
	if (irq_desc[irq].action)
		sched_bug(SCHED_BUG_IRQ, "BUG: the message of irq %u is given back, but %s still handles it", irq,
			  irq_desc[irq].action->name);
	else
		irq_desc[irq].chip = NULL;
}

static void set_msi(struct pci_dev *dev, int on)
{
	u16 control;

	pci_read_config_word(dev, dev->msi_cap + PCI_MSI_FLAGS, &control);
	control &= ~(PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE);
	pci_write_config_word(dev, dev->msi_cap + PCI_MSI_FLAGS, on ? control | PCI_MSI_FLAGS_ENABLE : control);
}

static void write_message(struct pci_dev *dev, unsigned int irq)
{
	u16 data = MSI_DATA(irq);
	u16 control;

	pci_read_config_word(dev, dev->msi_cap + PCI_MSI_FLAGS, &control);
	pci_write_config_dword(dev, dev->msi_cap + PCI_MSI_ADDRESS_LO, LAPIC_BASE);
	if (control & PCI_MSI_FLAGS_64BIT) {
		pci_write_config_dword(dev, dev->msi_cap + PCI_MSI_ADDRESS_HI, 0);
		pci_write_config_word(dev, dev->msi_cap + PCI_MSI_DATA_64, data);
	} else {
		pci_write_config_word(dev, dev->msi_cap + PCI_MSI_DATA_32, data);
	}
}

noinline int pci_enable_msi(struct pci_dev *dev)
{
	int irq;

	might_sleep();
	if (!dev->msi_cap)
		dev->msi_cap = pci_find_capability(dev, PCI_CAP_ID_MSI);
	if (!dev->msi_cap || dev->no_msi || dev->msi_enabled || dev->msix_enabled)
		return -EINVAL;
	if (setup_local_APIC())
		return -ENOMEM;
	irq = create_irq(&msi_chip);
	if (irq < 0)
		return irq;
	set_msi(dev, 0);
	write_message(dev, irq);
	pci_intx(dev, 0);
	set_msi(dev, 1);
	dev->msi_enabled = 1;
	track("irq vectors", (unsigned long)dev, pci_name(dev));
	dev->irq = irq;
	return 0;
}

noinline void pci_disable_msi(struct pci_dev *dev)
{
	if (!dev->msi_enabled)
		return;
	set_msi(dev, 0);
	pci_intx(dev, 1);
	dev->msi_enabled = 0;
	untrack("irq vectors", (unsigned long)dev);
	destroy_irq(dev->irq);
	dev->irq = dev->irq_line;
}

int pci_msi_vec_count(struct pci_dev *dev)
{
	u16 control;

	if (!dev->msi_cap)
		dev->msi_cap = pci_find_capability(dev, PCI_CAP_ID_MSI);
	if (!dev->msi_cap)
		return -EINVAL;
	pci_read_config_word(dev, dev->msi_cap + PCI_MSI_FLAGS, &control);
	return 1 << ((control & PCI_MSI_FLAGS_QMASK) >> 1);
}

int pci_enable_msi_range(struct pci_dev *dev, int minvec, int maxvec)
{
	int error;

	if (minvec < 1 || maxvec < minvec)
		return -ERANGE;
	if (minvec > 1)
		return -ENOSPC;
	error = pci_enable_msi(dev);
	return error ? error : 1;
}

/* As many messages as there may be, else the only one that a device without MSI-X has, else the line. */
noinline int pci_alloc_irq_vectors(struct pci_dev *dev, unsigned int min_vecs, unsigned int max_vecs,
				   unsigned int flags)
{
	int error = -ENOSPC;

	if (!min_vecs || max_vecs < min_vecs)
		return -ERANGE;
	if (flags & PCI_IRQ_MSIX) {
		error = pci_enable_msix_range(dev, NULL, min_vecs, max_vecs);
		if (error > 0)
			return error;
	}
	if (min_vecs > 1)
		return error == -EINVAL ? -ENOSPC : error;
	if (flags & PCI_IRQ_MSI) {
		error = pci_enable_msi(dev);
		if (!error)
			return 1;
	}
	if (flags & PCI_IRQ_INTX && dev->irq) {
		pci_intx(dev, 1);
		return 1;
	}
	return error;
}

void pci_free_irq_vectors(struct pci_dev *dev)
{
	pci_disable_msix(dev);
	pci_disable_msi(dev);
}

int pci_irq_vector(struct pci_dev *dev, unsigned int nr)
{
	if (dev->msix_enabled)
		return nr < dev->nr_msix ? dev->msix_irqs[nr] : -EINVAL;
	return nr ? -EINVAL : (int)dev->irq;
}
