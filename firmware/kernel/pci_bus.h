/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the bus and its drivers. */
#ifndef KERNEL_PCI_BUS_H
#define KERNEL_PCI_BUS_H

#include <linux/pci.h>

#define PCI_DEVICES 32

extern struct pci_dev pci_devices[PCI_DEVICES];
extern unsigned int nr_pci_devices;

#endif
