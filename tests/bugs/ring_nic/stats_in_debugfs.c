// SPDX-License-Identifier: GPL-2.0-only
/*
 * A counter that is shown in debugfs was added to the driver, but not to its remove().
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define REG_TX_PACKETS 0x60
#define REG_RX_PACKETS 0x64

struct counted_nic {
	void __iomem *regs;
	u32 last_tx;
	u32 last_rx;
	struct dentry *tx_file, *rx_file;
};

static void counters_update(struct counted_nic *nic)
{
	nic->last_tx = readl(nic->regs + REG_TX_PACKETS);
	nic->last_rx = readl(nic->regs + REG_RX_PACKETS);
}

static void counters_show(struct counted_nic *nic)
{
	nic->tx_file = debugfs_create_u32("ring_nic_tx", 0444, NULL, &nic->last_tx);
	nic->rx_file = debugfs_create_u32("ring_nic_rx", 0444, NULL, &nic->last_rx); /* BUG: leftover-debugfs-file */
}

static void counters_hide(struct counted_nic *nic)
{
	debugfs_remove(nic->tx_file);
#ifdef FIXED
	debugfs_remove(nic->rx_file);
#endif
}

static int counted_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct counted_nic *nic = devm_kzalloc(&pdev->dev, sizeof(*nic), GFP_KERNEL);
	int err = nic ? pcim_enable_device(pdev) : -ENOMEM;

	if (err)
		return err;
	nic->regs = pcim_iomap(pdev, 0, 0);
	if (!nic->regs)
		return -EIO;
	counters_update(nic);
	counters_show(nic);
	pci_set_drvdata(pdev, nic);
	return 0;
}

static void counted_remove(struct pci_dev *pdev)
{
	counters_hide(pci_get_drvdata(pdev));
}

static const struct pci_device_id counted_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver counted_driver = {
	.name = "stats_in_debugfs",
	.id_table = counted_ids,
	.probe = counted_probe,
	.remove = counted_remove,
};
module_pci_driver(counted_driver);
MODULE_LICENSE("GPL");
