// SPDX-License-Identifier: GPL-2.0-only
/* Forgets what it has taken: memory, a handler, a region, a class, a number, a vector. */
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

static dev_t number;

static irqreturn_t handler(int irq, void *data)
{
	return IRQ_NONE;
}

static int leaks_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pci_enable_device(pdev);

	if (!err)
		err = pci_request_region(pdev, 0, "leaks");
	if (!err)
		err = request_irq(pdev->irq, handler, IRQF_SHARED, "leaks", pdev);
	if (!err)
		err = alloc_chrdev_region(&number, 0, 1, "leaks");
	if (IS_ERR(class_create(THIS_MODULE, "leaks")))
		return -ENOMEM;
	if (pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI) < 0)
		return -ENOSPC;
	return err || kmalloc(100, GFP_KERNEL) ? err : -ENOMEM;
}

static const struct pci_device_id ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver driver = { .name = "leaks", .id_table = ids, .probe = leaks_probe };
module_pci_driver(driver);
MODULE_LICENSE("GPL");
