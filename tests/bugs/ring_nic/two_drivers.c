// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module has a driver for each of two cards; when the second was added, exit() was forgotten.
 */
#include <linux/module.h>
#include <linux/pci.h>

static int nic_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	dev_info(&pdev->dev, "%s\n", id->driver_data ? "bridge" : "network card");
	return pcim_enable_device(pdev);
}

static const struct pci_device_id nic_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static const struct pci_device_id bridge_ids[] = { { PCI_DEVICE(0x1234, 0xda7b), .driver_data = 1 }, {} };

static struct pci_driver nic_driver = { .name = "two_drivers_nic", .id_table = nic_ids, .probe = nic_probe };
static struct pci_driver bridge_driver = { .name = "two_drivers_bridge", .id_table = bridge_ids, .probe = nic_probe };

static int __init two_init(void)
{
	int err = pci_register_driver(&nic_driver);

	if (err)
		return err;
	err = pci_register_driver(&bridge_driver); /* BUG: leftover-pci-driver */
	if (err)
		pci_unregister_driver(&nic_driver);
	return err;
}

static void __exit two_exit(void)
{
#ifdef FIXED
	pci_unregister_driver(&bridge_driver);
#endif
	pci_unregister_driver(&nic_driver);
}

module_init(two_init);
module_exit(two_exit);
MODULE_LICENSE("GPL");
