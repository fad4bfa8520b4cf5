// SPDX-License-Identifier: GPL-2.0-only
/*
 * After a reset the saved BAR is written back, into the wrong one of the two devices' saves: both answer at one address.
 * machine: [[device]]
 * machine: type = "edu"
 * machine: slot = 4
 * machine: [[device]]
 * machine: type = "edu"
 * machine: slot = 5
 */
#include <linux/module.h>
#include <linux/pci.h>

static u32 saved[2];
static unsigned int devices;

static void restore_after_reset(struct pci_dev *pdev, unsigned int number)
{
#ifndef FIXED
	pci_write_config_dword(pdev, PCI_BASE_ADDRESS_0, saved[0]); /* BUG: bar-overlap */
#else
	pci_write_config_dword(pdev, PCI_BASE_ADDRESS_0, saved[number]);
#endif
}

static int twins_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	unsigned int number = devices++ % ARRAY_SIZE(saved);
	int err = pci_enable_device(pdev);

	if (err)
		return err;
	pci_read_config_dword(pdev, PCI_BASE_ADDRESS_0, &saved[number]);
	restore_after_reset(pdev, number);
	return 0;
}

static void twins_remove(struct pci_dev *pdev)
{
	pci_disable_device(pdev);
}

static const struct pci_device_id twins_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver twins_driver = {
	.name = "twins",
	.id_table = twins_ids,
	.probe = twins_probe,
	.remove = twins_remove,
};
module_pci_driver(twins_driver);
MODULE_LICENSE("GPL");
