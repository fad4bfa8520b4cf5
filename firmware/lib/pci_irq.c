// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts of PCI devices by the number of their vector. drivers/pci/irq.c */
#include <kernel/track.h>
#include <linux/pci.h>
#include <linux/slab.h>

int pci_request_irq(struct pci_dev *dev, unsigned int nr, irq_handler_t handler, irq_handler_t thread_fn, void *dev_id,
		    const char *format, ...)
{
	unsigned long flags = IRQF_SHARED | (handler ? 0 : IRQF_ONESHOT);
	va_list args;
	char *name;
	int length, error;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	name = __kmalloc_track_caller(length + 1, GFP_KERNEL, module_caller());
	if (!name)
		return -ENOMEM;
	va_start(args, format);
	vsnprintf(name, length + 1, format, args);
	va_end(args);
	error = request_threaded_irq(pci_irq_vector(dev, nr), handler, thread_fn, flags, name, dev_id);
	if (error)
		kfree(name);
	return error;
}

void pci_free_irq(struct pci_dev *dev, unsigned int nr, void *dev_id)
{
	kfree(free_irq(pci_irq_vector(dev, nr), dev_id));
}
