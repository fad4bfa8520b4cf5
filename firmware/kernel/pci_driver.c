// SPDX-License-Identifier: GPL-2.0-only
/* Bringing PCI devices and drivers together, and what drivers ask of their device. drivers/pci/pci-driver.c, pci.c */
#include <linux/pci.h>

#include "kernel.h"
#include "pci_bus.h"

static struct pci_driver *pci_drivers;

static const struct pci_device_id *match(const struct pci_driver *driver, const struct pci_dev *dev)
{
	for (const struct pci_device_id *id = driver->id_table; id->vendor || id->subvendor || id->class_mask; id++) {
		if ((id->vendor == PCI_ANY_ID || id->vendor == dev->vendor) &&
		    (id->device == PCI_ANY_ID || id->device == dev->device) &&
		    !((id->class ^ dev->class) & id->class_mask))
			return id;
	}
	return NULL;
}

/* As the driver core does: a probe that fails is no reason to refuse the driver. */
static void probe(struct pci_driver *driver, struct pci_dev *dev)
{
	const struct pci_device_id *id = dev->driver ? NULL : match(driver, dev);
	int error;

	if (!id)
		return;
	dev->driver = driver;
	dev->dev.driver_name = driver->name;
	error = driver->probe(dev, id);
	if (!error)
		return;
	printk(KERN_WARNING "%s: probe of %s failed with error %d\n", driver->name, pci_name(dev), error);
	note_probe_error(error);
	driver_unbound(&dev->dev);
	dev->driver = NULL;
	dev->dev.driver_name = NULL;
}

int pci_register_driver(struct pci_driver *driver)
{
	driver->next = pci_drivers;
	pci_drivers = driver;
	for (unsigned int i = 0; i < nr_pci_devices; i++)
		probe(driver, &pci_devices[i]);
	return 0;
}

void pci_unregister_driver(struct pci_driver *driver)
{
	for (struct pci_driver **link = &pci_drivers; *link; link = &(*link)->next) {
		if (*link == driver) {
			*link = driver->next;
			break;
		}
	}
	for (unsigned int i = 0; i < nr_pci_devices; i++) {
		struct pci_dev *dev = &pci_devices[i];

		if (dev->driver != driver)
			continue;
		driver->remove(dev);
		driver_unbound(&dev->dev);
		dev->driver = NULL;
		dev->dev.driver_name = NULL;
		dev->dev.driver_data = NULL;
	}
}

static void change_command(struct pci_dev *dev, u16 clear, u16 set)
{
	u16 command;

	pci_read_config_word(dev, PCI_COMMAND, &command);
	pci_write_config_word(dev, PCI_COMMAND, (command & ~clear) | set);
}

int pci_enable_device(struct pci_dev *dev)
{
	u16 wanted = 0;

	for (int bar = 0; bar < PCI_NUM_BARS; bar++) {
		if (pci_resource_flags(dev, bar) & IORESOURCE_IO)
			wanted |= PCI_COMMAND_IO;
		if (pci_resource_flags(dev, bar) & IORESOURCE_MEM)
			wanted |= PCI_COMMAND_MEMORY;
	}
	change_command(dev, 0, wanted);
	dev->enabled++;
	return 0;
}

void pci_disable_device(struct pci_dev *dev)
{
	if (--dev->enabled == 0)
		change_command(dev, PCI_COMMAND_MASTER, 0);
}

void pci_set_master(struct pci_dev *dev)
{
	change_command(dev, 0, PCI_COMMAND_MASTER);
}

void pci_clear_master(struct pci_dev *dev)
{
	change_command(dev, PCI_COMMAND_MASTER, 0);
}

int pci_request_region(struct pci_dev *dev, int bar, const char *name)
{
	struct resource *resource = &dev->resource[bar];

	if (!resource->flags)
		return 0;
	if (resource->name) {
		printk(KERN_WARNING "PCI: Unable to reserve region #%d of %s: %s has it\n", bar + 1, pci_name(dev),
		       resource->name);
		return -EBUSY;
	}
	resource->name = name;
	return 0;
}

void pci_release_region(struct pci_dev *dev, int bar)
{
	dev->resource[bar].name = NULL;
}

int pci_request_regions(struct pci_dev *dev, const char *name)
{
	for (int bar = 0; bar < PCI_NUM_BARS; bar++) {
		if (!pci_request_region(dev, bar, name))
			continue;
		while (--bar >= 0)
			pci_release_region(dev, bar);
		return -EBUSY;
	}
	return 0;
}

void pci_release_regions(struct pci_dev *dev)
{
	for (int bar = 0; bar < PCI_NUM_BARS; bar++)
		pci_release_region(dev, bar);
}

void __iomem *pci_iomap(struct pci_dev *dev, int bar, unsigned long length)
{
	unsigned long size = pci_resource_len(dev, bar);

	if (!size || !(pci_resource_flags(dev, bar) & IORESOURCE_MEM))
		return NULL;
	return ioremap(pci_resource_start(dev, bar), length && length < size ? length : size);
}

void pci_iounmap(struct pci_dev *dev, volatile void __iomem *addr)
{
	iounmap(addr);
}
