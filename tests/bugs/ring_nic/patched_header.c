// SPDX-License-Identifier: GPL-2.0-only
/*
 * A beacon is mapped once and sent again and again; its sequence number is counted up without a sync.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define NIC_CONTROL 0x04
#define NIC_TX_BASE 0x20
#define NIC_TX_SIZE 0x28
#define NIC_TX_TAIL 0x30
#define OWN_EOP 0x80000001
#define ENTRIES 4
#define BEACONS 3

struct beacon {
	u8 destination[6], source[6];
	__be16 type;
	__be16 sequence;
	u8 body[48];
};

struct beacon_nic {
	void __iomem *regs;
	struct { u64 addr; u32 status; u16 length, checksum; } *ring;
};

static void beacon_send(struct beacon_nic *nic, dma_addr_t dma, int slot)
{
	nic->ring[slot].addr = dma;
	nic->ring[slot].length = sizeof(struct beacon);
	dma_wmb();
	nic->ring[slot].status = OWN_EOP;
	writel(slot + 1, nic->regs + NIC_TX_TAIL);
	while (READ_ONCE(nic->ring[slot].status) >> 31)
		udelay(1);
}

static void beacon_number(struct device *dev, struct beacon *beacon, dma_addr_t dma, int number)
{
	beacon->sequence = cpu_to_be16(number); /* BUG: dma-unsynced-write */
#ifdef FIXED
	dma_sync_single_for_device(dev, dma, sizeof(*beacon), DMA_TO_DEVICE);
#endif
}

static int beacon_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct beacon *beacon = devm_kzalloc(&pdev->dev, sizeof(*beacon), GFP_KERNEL);
	struct beacon_nic nic;
	dma_addr_t ring, dma;
	int err = beacon ? pcim_enable_device(pdev) : -ENOMEM;

	if (err)
		return err;
	nic.regs = pcim_iomap(pdev, 0, 0);
	nic.ring = dmam_alloc_coherent(&pdev->dev, ENTRIES * sizeof(*nic.ring), &ring, GFP_KERNEL);
	if (!nic.regs || !nic.ring)
		return -ENOMEM;
	memset(beacon->destination, 0xff, sizeof(beacon->destination));
	beacon->type = cpu_to_be16(0x88b5);
	dma = dma_map_single(&pdev->dev, beacon, sizeof(*beacon), DMA_TO_DEVICE);
	if (dma_mapping_error(&pdev->dev, dma))
		return -EIO;
	pci_set_master(pdev);
	writel(ring, nic.regs + NIC_TX_BASE);
	writel(ENTRIES, nic.regs + NIC_TX_SIZE);
	writel(1, nic.regs + NIC_CONTROL);
	for (int i = 0; i < BEACONS; i++) {
		beacon_number(&pdev->dev, beacon, dma, i);
		beacon_send(&nic, dma, i);
	}
	writel(0, nic.regs + NIC_CONTROL);
	dma_unmap_single(&pdev->dev, dma, sizeof(*beacon), DMA_TO_DEVICE);
	return 0;
}

static const struct pci_device_id beacon_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver beacon_driver = { .name = "patched_header", .id_table = beacon_ids, .probe = beacon_probe };
module_pci_driver(beacon_driver);
MODULE_LICENSE("GPL");
