/* SPDX-License-Identifier: GPL-2.0-only */
/* Interrupt vectors of PCI devices; linux/pci.h includes this. A device has one message, or with MSI-X several. */
#ifndef LINUX_PCI_MSI_H
#define LINUX_PCI_MSI_H

#include <linux/version.h>

#define PCI_IRQ_INTX 0x1
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define PCI_IRQ_LEGACY PCI_IRQ_INTX
#endif
#define PCI_IRQ_MSI 0x2
#define PCI_IRQ_MSIX 0x4
#define PCI_IRQ_AFFINITY 0x8
#define PCI_IRQ_ALL_TYPES (PCI_IRQ_INTX | PCI_IRQ_MSI | PCI_IRQ_MSIX)

struct irq_affinity;

/* The number of vectors that there are now, or a negative errno. */
int pci_alloc_irq_vectors(struct pci_dev *dev, unsigned int min_vecs, unsigned int max_vecs, unsigned int flags);
void pci_free_irq_vectors(struct pci_dev *dev);
/* The interrupt's number, for request_irq(). */
int pci_irq_vector(struct pci_dev *dev, unsigned int nr);

/* From then on dev->irq is the message's number. */
int pci_enable_msi(struct pci_dev *dev);
void pci_disable_msi(struct pci_dev *dev);
int pci_enable_msi_range(struct pci_dev *dev, int minvec, int maxvec);
int pci_msi_vec_count(struct pci_dev *dev);

#define pci_enable_msi_exact(dev, nvec) ({ int _count = pci_enable_msi_range((dev), (nvec), (nvec)); _count < 0 ? _count : 0; })
#define pci_alloc_irq_vectors_affinity(dev, min_vecs, max_vecs, flags, affinity)		\
	((void)(affinity), pci_alloc_irq_vectors((dev), (min_vecs), (max_vecs), (flags)))
#define pci_irq_get_affinity(dev, nr) ((void)(dev), (void)(nr), cpu_online_mask)
#define pci_enable_msi_block(dev, count) pci_enable_msi_exact((dev), (count))
#define pci_restore_msi_state(dev) ((void)(dev))
#define pci_msi_enabled() 1

/* The handler's name is made as by printf(), and belongs to the interrupt. */
int pci_request_irq(struct pci_dev *dev, unsigned int nr, irq_handler_t handler, irq_handler_t thread_fn, void *dev_id,
		    const char *format, ...) __printf(6, 7);
void pci_free_irq(struct pci_dev *dev, unsigned int nr, void *dev_id);

static inline int pci_dev_msi_enabled(struct pci_dev *dev)
{
	return dev->msi_enabled || dev->msix_enabled;
}

struct msix_entry {
	u32 vector;
	u16 entry;
};

/* How many there are; how many were taken, the entries' `vector` being what request_irq() takes. */
int pci_msix_vec_count(struct pci_dev *dev);
int pci_enable_msix_range(struct pci_dev *dev, struct msix_entry *entries, int minvec, int maxvec);
void pci_disable_msix(struct pci_dev *dev);
#define pci_enable_msix_exact(dev, entries, nvec) ({						\
	int _count = pci_enable_msix_range((dev), (entries), (nvec), (nvec));			\
	_count < 0 ? _count : 0;								\
})
#define pci_msix_can_alloc_dyn(dev) ((void)(dev), false)

#if API_BEFORE(4, 12)
/* A positive number is how many there could be. */
static inline int pci_enable_msix(struct pci_dev *dev, struct msix_entry *entries, int nvec)
{
	int count = pci_msix_vec_count(dev);

	return count > 0 && nvec > count ? count : pci_enable_msix_exact(dev, entries, nvec);
}
#endif

#endif
