// SPDX-License-Identifier: GPL-2.0-only
/*
 * remove() frees the entries of a list while it walks it with the macro that still needs the entry for the next step.
 * needs: kasan
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

struct filter {
	struct list_head list;
	u16 vendor;
	u16 device;
};

static LIST_HEAD(filters);

static int add_filter(u16 vendor, u16 device)
{
	struct filter *filter = kmalloc(sizeof(*filter), GFP_KERNEL);

	if (!filter)
		return -ENOMEM;
	filter->vendor = vendor;
	filter->device = device;
	list_add(&filter->list, &filters);
	return 0;
}

static void drop_filters(void)
{
	struct filter *filter;
#ifndef FIXED
	list_for_each_entry(filter, &filters, list) kfree(filter); /* BUG: kasan-slab-use-after-free */
#else
	struct filter *next;

	list_for_each_entry_safe(filter, next, &filters, list) kfree(filter);
#endif
	INIT_LIST_HEAD(&filters);
}

static int filter_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = add_filter(pdev->vendor, pdev->device);

	if (!err)
		err = add_filter(pdev->vendor, pdev->device + 1);
	return err;
}

static void filter_remove(struct pci_dev *pdev)
{
	drop_filters();
}

static const struct pci_device_id filter_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver filter_driver = {
	.name = "filter",
	.id_table = filter_ids,
	.probe = filter_probe,
	.remove = filter_remove,
};
module_pci_driver(filter_driver);
MODULE_LICENSE("GPL");
