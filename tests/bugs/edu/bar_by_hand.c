// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver moves BAR 0 to an address that was free on the author's machine: here RAM lies there.
 */
#include <linux/module.h>
#include <linux/pci.h>

#define FAVOURITE 0x01000000

static int by_hand_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	u32 before;
	int err = pci_enable_device(pdev);

	if (err)
		return err;
	pci_read_config_dword(pdev, PCI_BASE_ADDRESS_0, &before);
#ifndef FIXED
	pci_write_config_dword(pdev, PCI_BASE_ADDRESS_0, FAVOURITE); /* BUG: bar-over-ram */
#endif
	dev_info(&pdev->dev, "BAR 0 was %#x\n", before);
	return 0;
}

static void by_hand_remove(struct pci_dev *pdev)
{
	pci_disable_device(pdev);
}

static const struct pci_device_id by_hand_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver by_hand_driver = {
	.name = "bar_by_hand",
	.id_table = by_hand_ids,
	.probe = by_hand_probe,
	.remove = by_hand_remove,
};
module_pci_driver(by_hand_driver);
MODULE_LICENSE("GPL");
