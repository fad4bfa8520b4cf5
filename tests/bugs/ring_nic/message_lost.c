// SPDX-License-Identifier: GPL-2.0-only
/*
 * Before a reset the driver saves the card's message address, and afterwards writes it back without its high byte.
 */
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define CONTROL 0x04
#define IRQ_STATUS 0x10
#define IRQ_MASK 0x14
#define TX_BASE 0x20
#define TX_SIZE 0x28
#define TX_TAIL 0x30
#define RESET 0x80000000
#define OWN_IRQ_EOP 0x80000003
#define FRAME 60

struct msi_nic {
	void __iomem *regs;
	struct { u64 addr; u32 status; u16 length, checksum; } *ring;
	struct completion sent;
};

static irqreturn_t msi_handler(int irq, void *data)
{
	struct msi_nic *nic = data;

	writel(readl(nic->regs + IRQ_STATUS), nic->regs + IRQ_STATUS);
	complete(&nic->sent);
	return IRQ_HANDLED;
}

static void msi_reset(struct pci_dev *pdev, struct msi_nic *nic)
{
	int msi = pci_find_capability(pdev, PCI_CAP_ID_MSI);
	u32 address;

	pci_read_config_dword(pdev, msi + PCI_MSI_ADDRESS_LO, &address);
	writel(RESET, nic->regs + CONTROL);
#ifndef FIXED
	pci_write_config_dword(pdev, msi + PCI_MSI_ADDRESS_LO, address & 0x00ffffff); /* BUG: msi-lost */
#else
	pci_write_config_dword(pdev, msi + PCI_MSI_ADDRESS_LO, address);
#endif
}

static int msi_send(struct msi_nic *nic, dma_addr_t ring)
{
	writel(ring, nic->regs + TX_BASE);
	writel(2, nic->regs + TX_SIZE);
	writel(1, nic->regs + IRQ_MASK);
	writel(1, nic->regs + CONTROL);
	nic->ring[0].addr = ring + 64;
	nic->ring[0].length = FRAME;
	dma_wmb();
	nic->ring[0].status = OWN_IRQ_EOP;
	writel(1, nic->regs + TX_TAIL);
	return wait_for_completion_timeout(&nic->sent, HZ / 20) ? 1 : 0;
}

static int msi_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct msi_nic *nic = devm_kzalloc(&pdev->dev, sizeof(*nic), GFP_KERNEL);
	dma_addr_t ring;
	int err = nic ? pci_enable_device(pdev) : -ENOMEM;

	if (err)
		return err;
	init_completion(&nic->sent);
	pci_set_drvdata(pdev, nic);
	nic->regs = pci_iomap(pdev, 0, 0);
	nic->ring = dmam_alloc_coherent(&pdev->dev, 128, &ring, GFP_KERNEL);
	if (!nic->regs || !nic->ring || pci_enable_msi(pdev))
		return -EIO;
	pci_set_master(pdev);
	err = request_irq(pdev->irq, msi_handler, 0, "message_lost", nic);
	if (err)
		return err;
	msi_reset(pdev, nic);
	dev_info(&pdev->dev, "%d frames sent\n", msi_send(nic, ring));
	return 0;
}

static void msi_remove(struct pci_dev *pdev)
{
	struct msi_nic *nic = pci_get_drvdata(pdev);

	writel(RESET, nic->regs + CONTROL);
	free_irq(pdev->irq, nic);
	pci_disable_msi(pdev);
	pci_iounmap(pdev, nic->regs);
	pci_disable_device(pdev);
}

static const struct pci_device_id msi_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver msi_driver = {
	.name = "message_lost", .id_table = msi_ids, .probe = msi_probe, .remove = msi_remove,
};
module_pci_driver(msi_driver);
MODULE_LICENSE("GPL");
