// SPDX-License-Identifier: GPL-2.0-only
/*
 * The card's registers are reserved with request_mem_region(); the error path of the ioremap() forgets that.
 */
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define NIC_ID 0x00

struct window {
	resource_size_t start, length;
	void __iomem *regs;
};

static int window_open(struct window *window, unsigned int id)
{
	if (!request_mem_region(window->start, window->length, "window_reserved")) /* BUG: leftover-region */
		return -EBUSY;
	window->regs = ioremap(window->start, window->length);
	if (window->regs && readl(window->regs + NIC_ID) == id)
		return 0;
	if (window->regs)
		iounmap(window->regs);
#ifdef FIXED
	release_mem_region(window->start, window->length);
#endif
	return -ENODEV;
}

static void window_close(struct window *window)
{
	iounmap(window->regs);
	release_mem_region(window->start, window->length);
}

static int window_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	static const unsigned int revisions[] = { 0x524e0002, 0x524e0001 };
	struct window *window = devm_kzalloc(&pdev->dev, sizeof(*window), GFP_KERNEL);
	int err = window ? pcim_enable_device(pdev) : -ENOMEM;

	if (err)
		return err;
	pci_set_drvdata(pdev, window);
	/* A card of revision 2 has a second bank of registers, which may be in its place. */
	window->start = pci_resource_start(pdev, 0) + 0x800;
	window->length = 0x800;
	if (!window_open(window, revisions[0]))
		return 0;
	window->start -= 0x800;
	return window_open(window, revisions[1]);
}

static void window_remove(struct pci_dev *pdev)
{
	window_close(pci_get_drvdata(pdev));
}

static const struct pci_device_id window_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver window_driver = {
	.name = "window_reserved",
	.id_table = window_ids,
	.probe = window_probe,
	.remove = window_remove,
};
module_pci_driver(window_driver);
MODULE_LICENSE("GPL");
