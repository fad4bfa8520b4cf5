// SPDX-License-Identifier: GPL-2.0-only
/* Follows a null pointer when it is tried. */
#include <linux/module.h>
#include <linux/pci.h>

struct state {
	int padding[4];
	int value;
};

static int null_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct state *state = pci_get_drvdata(pdev);

	state->value = 1;
	return 0;
}

static const struct pci_device_id ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver driver = { .name = "null_probe", .id_table = ids, .probe = null_probe };
module_pci_driver(driver);
MODULE_LICENSE("GPL");
