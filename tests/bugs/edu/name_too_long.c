// SPDX-License-Identifier: GPL-2.0-only
/*
 * The copy of the device's name has room for its letters, and none for the zero behind them.
 * needs: kasan
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

static char *copy_of(const char *name)
{
	size_t length = strlen(name);
	char *copy;

#ifndef FIXED
	copy = kmalloc(length, GFP_KERNEL);
#else
	copy = kmalloc(length + 1, GFP_KERNEL);
#endif
	if (!copy)
		return NULL;
	for (size_t i = 0; i < length; i++)
		copy[i] = name[i] == ':' ? '-' : name[i];
	copy[length] = 0; /* BUG: kasan-slab-out-of-bounds */
	return copy;
}

static int namer_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	char *name = copy_of(pci_name(pdev));

	if (!name)
		return -ENOMEM;
	pci_set_drvdata(pdev, name);
	return 0;
}

static void namer_remove(struct pci_dev *pdev)
{
	kfree(pci_get_drvdata(pdev));
}

static const struct pci_device_id namer_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver namer_driver = {
	.name = "namer",
	.id_table = namer_ids,
	.probe = namer_probe,
	.remove = namer_remove,
};
module_pci_driver(namer_driver);
MODULE_LICENSE("GPL");
