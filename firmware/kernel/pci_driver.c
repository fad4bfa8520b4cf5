// SPDX-License-Identifier: GPL-2.0-only
/* Bringing PCI devices and drivers together. drivers/pci/pci-driver.c, search.c */
#include <kernel/track.h>
#include <linux/pci.h>
#include <linux/string.h>

#include "device_core.h"
#include "kernel.h"
#include "pci_bus.h"
#include "sysfs.h"

static struct pci_driver *pci_drivers;

static bool is_match(u32 wanted, u32 found)
{
	return wanted == (u32)PCI_ANY_ID || wanted == found;
}

const struct pci_device_id *pci_match_id(const struct pci_device_id *ids, struct pci_dev *dev)
{
	for (const struct pci_device_id *id = ids; id && (id->vendor || id->subvendor || id->class_mask); id++) {
		if (is_match(id->vendor, dev->vendor) && is_match(id->device, dev->device) &&
		    is_match(id->subvendor, dev->subsystem_vendor) &&
		    is_match(id->subdevice, dev->subsystem_device) &&
		    !((id->class ^ dev->class) & id->class_mask))
			return id;
	}
	return NULL;
}

/* What a driver has not given back, and what goes with it by itself. */
static void unbind(struct pci_dev *dev)
{
	devres_release_all(&dev->dev);
	driver_unbound(&dev->dev);
	dev->driver = NULL;
	dev->dev.driver = NULL;
	dev->dev.driver_name = NULL;
	dev->dev.driver_data = NULL;
}

/* As the driver core does: a probe that fails is no reason to refuse the driver. */
static void probe(struct pci_driver *driver, struct pci_dev *dev)
{
	const struct pci_device_id *id = dev->driver ? NULL : pci_match_id(driver->id_table, dev);
	int error;

	if (!id)
		return;
	dev->driver = driver;
	dev->dev.driver = &driver->driver;
	dev->dev.driver_name = driver->name;
	error = driver->probe ? driver->probe(dev, id) : 0;
	if (error > 0) {
		printk(KERN_WARNING "%s: Driver probe function unexpectedly returned %d\n", driver->name, error);
		error = 0;
	}
	if (!error)
		error = sysfs_create_groups(&dev->dev.kobj, driver->dev_groups ? : driver->driver.dev_groups);
	if (!error)
		return;
	printk(KERN_WARNING "%s: probe of %s failed with error %d\n", driver->name, pci_name(dev), error);
	note_probe_error(error);
	unbind(dev);
}

int __pci_register_driver(struct pci_driver *driver, struct module *module, const char *name)
{
	int error;

	driver->driver.name = driver->name;
	driver->driver.bus = &pci_bus_type;
	driver->driver.owner = module;
	driver->driver.mod_name = name;
	if (!driver->driver.groups)
		driver->driver.groups = driver->groups;
	error = driver_attach(&driver->driver, pci_bus_type.drivers);
	if (error)
		return error;
	driver->next = pci_drivers;
	pci_drivers = driver;
	track("pci driver", (unsigned long)driver, driver->name);
	untrack("kobject", (unsigned long)&driver->driver.kobj);	/* goes with the driver */
	driver->matched = 0;
	for (unsigned int i = 0; i < nr_pci_devices; i++) {
		driver->matched += pci_match_id(driver->id_table, &pci_devices[i]) != NULL;
		probe(driver, &pci_devices[i]);
	}
	return 0;
}

#define LIST_LENGTH 200

static int add_id(char *list, int length, u32 vendor, u32 device)
{
	static const char any[] = "any";
	char ids[2][8];

	snprintf(ids[0], sizeof(ids[0]), vendor == (u32)PCI_ANY_ID ? any : "%04x", vendor);
	snprintf(ids[1], sizeof(ids[1]), device == (u32)PCI_ANY_ID ? any : "%04x", device);
	return scnprintf(list + length, LIST_LENGTH - length, "%s%s:%s", length ? ", " : "", ids[0], ids[1]);
}

static void report_unmatched(const struct pci_driver *driver)
{
	char wanted[LIST_LENGTH] = "", present[LIST_LENGTH] = "";
	int length = 0;

	for (const struct pci_device_id *id = driver->id_table; id && (id->vendor || id->class_mask); id++)
		length += add_id(wanted, length, id->vendor, id->device);
	length = 0;
	for (unsigned int i = 0; i < nr_pci_devices; i++)
		if (pci_devices[i].class >> 16 != PCI_BASE_CLASS_BRIDGE)
			length += add_id(present, length, pci_devices[i].vendor, pci_devices[i].device);
	trap_driver_unmatched("pci", driver->name, wanted, present);
}

/* A module with drivers for several devices is at work if one of them has one. */
void report_unmatched_pci_drivers(void)
{
	for (const struct pci_driver *driver = pci_drivers; driver; driver = driver->next)
		if (driver->matched)
			return;
	for (const struct pci_driver *driver = pci_drivers; driver; driver = driver->next)
		report_unmatched(driver);
}

static void remove_from(struct pci_driver *driver, struct pci_dev *dev)
{
	sysfs_remove_groups(&dev->dev.kobj, driver->dev_groups ? : driver->driver.dev_groups);
	if (driver->remove)
		driver->remove(dev);
	unbind(dev);
}

void pci_unregister_driver(struct pci_driver *driver)
{
	for (struct pci_driver **link = &pci_drivers; *link; link = &(*link)->next) {
		if (*link == driver) {
			*link = driver->next;
			break;
		}
	}
	for (unsigned int i = 0; i < nr_pci_devices; i++)
		if (pci_devices[i].driver == driver)
			remove_from(driver, &pci_devices[i]);
	untrack("pci driver", (unsigned long)driver);
	driver_detach(&driver->driver);
}

static struct pci_dev *find_from(const struct pci_device_id *id, struct pci_dev *from)
{
	for (struct pci_dev *dev = from ? from + 1 : pci_devices; dev < pci_devices + nr_pci_devices; dev++)
		if (pci_match_id(id, dev))
			return dev;
	return NULL;
}

struct pci_dev *pci_get_subsys(unsigned int vendor, unsigned int device, unsigned int subvendor,
			       unsigned int subdevice, struct pci_dev *from)
{
	struct pci_device_id wanted[] = { { PCI_DEVICE_SUB(vendor, device, subvendor, subdevice) }, {} };
	struct pci_dev *found = find_from(wanted, from);

	pci_dev_put(from);
	return pci_dev_get(found);
}

struct pci_dev *pci_get_device(unsigned int vendor, unsigned int device, struct pci_dev *from)
{
	return pci_get_subsys(vendor, device, PCI_ANY_ID, PCI_ANY_ID, from);
}

struct pci_dev *pci_get_class(unsigned int class, struct pci_dev *from)
{
	struct pci_device_id wanted[] = { { PCI_DEVICE_CLASS(class, ~0U) }, {} };
	struct pci_dev *found = find_from(wanted, from);

	pci_dev_put(from);
	return pci_dev_get(found);
}

struct pci_dev *pci_get_domain_bus_and_slot(int domain, unsigned int bus, unsigned int devfn)
{
	for (unsigned int i = 0; i < nr_pci_devices; i++)
		if (!domain && !bus && pci_devices[i].devfn == devfn)
			return pci_dev_get(&pci_devices[i]);
	return NULL;
}

struct pci_dev *pci_dev_get(struct pci_dev *dev)
{
	if (dev)
		get_device(&dev->dev);
	return dev;
}

void pci_dev_put(struct pci_dev *dev)
{
	if (dev)
		put_device(&dev->dev);
}

int pci_dev_present(const struct pci_device_id *ids)
{
	for (unsigned int i = 0; i < nr_pci_devices; i++)
		if (pci_match_id(ids, &pci_devices[i]))
			return 1;
	return 0;
}
