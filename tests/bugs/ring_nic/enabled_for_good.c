// SPDX-License-Identifier: GPL-2.0-only
/*
 * pcim_enable_device() was replaced by pci_enable_device(), and remove() still counts on what is managed.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define NIC_ID 0x00
#define NIC_CONTROL 0x04
#define NIC_RESET 0x80000000
#define NIC_ID_VALUE 0x524e0001

static void __iomem *regs;

static int reset_card(void)
{
	writel(NIC_RESET, regs + NIC_CONTROL);
	udelay(1);
	return readl(regs + NIC_CONTROL) ? -EIO : 0;
}

static int enabled_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err;

#ifndef FIXED
	err = pci_enable_device(pdev); /* BUG: leftover-enabled-pci-device */
#else
	err = pcim_enable_device(pdev);
#endif
	if (err)
		return err;
	regs = pci_iomap(pdev, 0, 0);
	if (!regs)
		return -EIO;
	if (readl(regs + NIC_ID) != NIC_ID_VALUE || reset_card()) {
		pci_iounmap(pdev, regs);
		return -ENODEV;
	}
	dev_info(&pdev->dev, "ready\n");
	return 0;
}

static void enabled_remove(struct pci_dev *pdev)
{
	writel(NIC_RESET, regs + NIC_CONTROL);
	pci_iounmap(pdev, regs);
}

static const struct pci_device_id enabled_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver enabled_driver = {
	.name = "enabled_for_good",
	.id_table = enabled_ids,
	.probe = enabled_probe,
	.remove = enabled_remove,
};
module_pci_driver(enabled_driver);
MODULE_LICENSE("GPL");
