// SPDX-License-Identifier: GPL-2.0-only
/* MSI-X: several messages of a device, in a table behind one of its BARs, each masked by itself. drivers/pci/msi.c */
#include <asm/page.h>
#include <board.h>
#include <kernel/track.h>
#include <linux/pci.h>

#include "kernel.h"
#include "msi.h"

/* Which entry of whose table an interrupt is. */
static struct {
	struct pci_dev *dev;
	unsigned int entry;
} owners[NR_MSI_IRQS];

static void write_control(unsigned int irq, u32 control)
{
	struct pci_dev *dev = owners[irq - MSI_IRQ_BASE].dev;
	void __iomem *at = dev->msix_base + owners[irq - MSI_IRQ_BASE].entry * PCI_MSIX_ENTRY_SIZE;

	writel(control, at + PCI_MSIX_ENTRY_VECTOR_CTRL);
	readl(at + PCI_MSIX_ENTRY_VECTOR_CTRL);	/* so that it has arrived */
}

static void mask_msix(unsigned int irq)
{
	write_control(irq, PCI_MSIX_ENTRY_CTRL_MASKBIT);
}

static void unmask_msix(unsigned int irq)
{
	write_control(irq, 0);
}

static const struct irq_chip msix_chip = {
	.ack = ack_msi,
	.mask = mask_msix,
	.unmask = unmask_msix,
};

static void change_flags(struct pci_dev *dev, u16 clear, u16 set)
{
	u16 control;

	pci_read_config_word(dev, dev->msix_cap + PCI_MSIX_FLAGS, &control);
	pci_write_config_word(dev, dev->msix_cap + PCI_MSIX_FLAGS, (control & ~clear) | set);
}

static bool find_msix(struct pci_dev *dev)
{
	if (!dev->msix_cap)
		dev->msix_cap = pci_find_capability(dev, PCI_CAP_ID_MSIX);
	return dev->msix_cap != 0;
}

int pci_msix_vec_count(struct pci_dev *dev)
{
	u16 control;

	if (!find_msix(dev))
		return -EINVAL;
	pci_read_config_word(dev, dev->msix_cap + PCI_MSIX_FLAGS, &control);
	return (control & PCI_MSIX_FLAGS_QSIZE) + 1;
}

static void __iomem *map_table(struct pci_dev *dev)
{
	void __iomem *base;
	u32 place;

	pci_read_config_dword(dev, dev->msix_cap + PCI_MSIX_TABLE, &place);
	base = pci_iomap_range(dev, place & PCI_MSIX_TABLE_BIR, place & PCI_MSIX_TABLE_OFFSET,
			       pci_msix_vec_count(dev) * PCI_MSIX_ENTRY_SIZE);
	untrack("ioremap", (unsigned long)base & PAGE_MASK);	/* it is not the driver's to take down */
	return base;
}

/* Until somebody asks for its interrupt a message stays masked. */
static void write_entry(struct pci_dev *dev, unsigned int entry, unsigned int irq)
{
	void __iomem *at = dev->msix_base + entry * PCI_MSIX_ENTRY_SIZE;

	writel(PCI_MSIX_ENTRY_CTRL_MASKBIT, at + PCI_MSIX_ENTRY_VECTOR_CTRL);
	writel(LAPIC_BASE, at + PCI_MSIX_ENTRY_LOWER_ADDR);
	writel(0, at + PCI_MSIX_ENTRY_UPPER_ADDR);
	writel(MSI_DATA(irq), at + PCI_MSIX_ENTRY_DATA);
}

static void drop_vectors(struct pci_dev *dev)
{
	while (dev->nr_msix)
		destroy_irq(dev->msix_irqs[--dev->nr_msix]);
	iounmap(dev->msix_base);
	dev->msix_base = NULL;
}

static int take_vectors(struct pci_dev *dev, struct msix_entry *entries, int wanted)
{
	for (int i = 0; i < wanted; i++) {
		unsigned int entry = entries ? entries[i].entry : i;
		int irq = create_irq(&msix_chip);

		if (irq < 0)
			return i;
		owners[irq - MSI_IRQ_BASE].dev = dev;
		owners[irq - MSI_IRQ_BASE].entry = entry;
		write_entry(dev, entry, irq);
		dev->msix_irqs[dev->nr_msix++] = irq;
		if (entries)
			entries[i].vector = irq;
	}
	return wanted;
}

static bool entries_fit(const struct msix_entry *entries, int wanted, int count)
{
	for (int i = 0; entries && i < wanted; i++) {
		if (entries[i].entry >= count)
			return false;
		for (int j = 0; j < i; j++)
			if (entries[j].entry == entries[i].entry)
				return false;
	}
	return true;
}

noinline int pci_enable_msix_range(struct pci_dev *dev, struct msix_entry *entries, int minvec, int maxvec)
{
	int count = pci_msix_vec_count(dev), wanted;

	might_sleep();
	if (maxvec < minvec || minvec < 1)
		return -ERANGE;
	if (count < 0 || dev->no_msi || dev->msi_enabled || dev->msix_enabled)
		return -EINVAL;
	wanted = min3(maxvec, count, PCI_MSIX_MOST);
	if (wanted < minvec)
		return -ENOSPC;
	if (!entries_fit(entries, wanted, count))
		return -EINVAL;
	if (setup_local_APIC())
		return -ENOMEM;
	dev->msix_base = map_table(dev);
	if (!dev->msix_base)
		return -ENOMEM;
	change_flags(dev, 0, PCI_MSIX_FLAGS_MASKALL | PCI_MSIX_FLAGS_ENABLE);
	wanted = take_vectors(dev, entries, wanted);
	if (wanted < minvec) {
		change_flags(dev, PCI_MSIX_FLAGS_MASKALL | PCI_MSIX_FLAGS_ENABLE, 0);
		drop_vectors(dev);
		return -ENOSPC;
	}
	pci_intx(dev, 0);
	dev->msix_enabled = 1;
	track("irq vectors", (unsigned long)dev, pci_name(dev));
	change_flags(dev, PCI_MSIX_FLAGS_MASKALL, 0);
	return wanted;
}

noinline void pci_disable_msix(struct pci_dev *dev)
{
	if (!dev->msix_enabled)
		return;
	change_flags(dev, PCI_MSIX_FLAGS_ENABLE, 0);
	pci_intx(dev, 1);
	dev->msix_enabled = 0;
	untrack("irq vectors", (unsigned long)dev);
	drop_vectors(dev);
}
