// SPDX-License-Identifier: GPL-2.0-only
/*
 * A card that goes by OWN alone is given a descriptor with no write barrier between its address and its OWN bit.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define NIC_CONTROL 0x04
#define NIC_TX_BASE 0x20
#define NIC_TX_SIZE 0x28
#define NIC_TX_POLL 0x30
#define CONTROL_TX 0x1
#define CONTROL_BY_OWN 0x8
#define DESC_EOP 0x1
#define DESC_OWN 0x80000000
#define ENTRIES 16
#define FRAME 64

struct own_desc {
	__le64 addr;
	__le32 status;
	__le16 length;
	__le16 checksum;
};

struct own_nic {
	void __iomem *regs;
	struct own_desc *ring;
	unsigned int next;
};

static void own_post(struct own_nic *nic, dma_addr_t frame)
{
	struct own_desc *desc = &nic->ring[nic->next++ % ENTRIES];

	WRITE_ONCE(desc->addr, cpu_to_le64(frame));
	WRITE_ONCE(desc->length, cpu_to_le16(FRAME));
#ifdef FIXED
	dma_wmb();
#endif
	WRITE_ONCE(desc->status, cpu_to_le32(DESC_OWN | DESC_EOP)); /* BUG: dma-missing-barrier */
}

static int own_run(struct own_nic *nic, dma_addr_t frame)
{
	for (int i = 0; i < 3; i++) {
		own_post(nic, frame);
		writel(1, nic->regs + NIC_TX_POLL);
	}
	udelay(50);
	writel(0, nic->regs + NIC_CONTROL);
	return READ_ONCE(nic->ring[2].status) & cpu_to_le32(DESC_OWN) ? -ETIMEDOUT : 0;
}

static int own_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct own_nic nic = {};
	dma_addr_t ring, frame;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	nic.regs = pcim_iomap(pdev, 0, 0);
	nic.ring = dmam_alloc_coherent(&pdev->dev, ENTRIES * sizeof(*nic.ring), &ring, GFP_KERNEL);
	if (!nic.regs || !nic.ring || !dmam_alloc_coherent(&pdev->dev, FRAME, &frame, GFP_KERNEL))
		return -ENOMEM;
	memset(nic.ring, 0, ENTRIES * sizeof(*nic.ring));
	pci_set_master(pdev);
	writel(lower_32_bits(ring), nic.regs + NIC_TX_BASE);
	writel(ENTRIES, nic.regs + NIC_TX_SIZE);
	writel(CONTROL_TX | CONTROL_BY_OWN, nic.regs + NIC_CONTROL);
	return own_run(&nic, frame);
}

static const struct pci_device_id own_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver own_driver = { .name = "own_unordered", .id_table = own_ids, .probe = own_probe };
module_pci_driver(own_driver);
MODULE_LICENSE("GPL");
