/* SPDX-License-Identifier: GPL-2.0-only */
/* Error reporting of PCI Express; what is here is plain PCI. */
#ifndef LINUX_AER_H
#define LINUX_AER_H

#include <linux/pci.h>

#if API_BEFORE(6, 5)
static inline int pci_enable_pcie_error_reporting(struct pci_dev *dev) { return -EIO; }
static inline int pci_disable_pcie_error_reporting(struct pci_dev *dev) { return -EIO; }
#endif

#endif
