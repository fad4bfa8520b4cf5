// SPDX-License-Identifier: GPL-2.0-only
/*
 * When a frame is not sent in time it is dumped, and taken over from the card as if that had written it.
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
#define RING 4

struct frame {
	u8 bytes[128];
	dma_addr_t dma;
};

struct slow_nic {
	struct device *dev;
	void __iomem *regs;
	struct { u64 addr; u32 status; u16 length, checksum; } *ring;
};

static void frame_dump(struct slow_nic *nic, struct frame *frame)
{
#ifndef FIXED
	dma_sync_single_for_cpu(nic->dev, frame->dma, sizeof(frame->bytes), DMA_FROM_DEVICE); /* BUG: dma-sync-for-cpu */
#endif
	dev_info(nic->dev, "not sent: %*ph ...\n", 8, frame->bytes);
}

static void frame_send(struct slow_nic *nic, struct frame *frame)
{
	nic->ring[0].addr = frame->dma;
	nic->ring[0].length = sizeof(frame->bytes);
	dma_wmb();
	nic->ring[0].status = OWN_EOP;
	writel(1, nic->regs + NIC_TX_TAIL);
	/* The transmitter was never enabled: this is the timeout. */
	usleep_range(100, 200);
	if (READ_ONCE(nic->ring[0].status) == OWN_EOP)
		frame_dump(nic, frame);
	writel(0, nic->regs + NIC_CONTROL);
}

static int slow_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct frame *frame = devm_kzalloc(&pdev->dev, sizeof(*frame), GFP_KERNEL);
	struct slow_nic nic = { .dev = &pdev->dev };
	dma_addr_t ring;
	int err = frame ? pcim_enable_device(pdev) : -ENOMEM;

	if (err)
		return err;
	nic.regs = pcim_iomap(pdev, 0, 0);
	nic.ring = dmam_alloc_coherent(&pdev->dev, RING * sizeof(*nic.ring), &ring, GFP_KERNEL);
	if (!nic.regs || !nic.ring)
		return -ENOMEM;
	frame->dma = dma_map_single(&pdev->dev, frame->bytes, sizeof(frame->bytes), DMA_TO_DEVICE);
	if (dma_mapping_error(&pdev->dev, frame->dma))
		return -EIO;
	pci_set_master(pdev);
	writel(ring, nic.regs + NIC_TX_BASE);
	writel(RING, nic.regs + NIC_TX_SIZE);
	frame_send(&nic, frame);
	dma_unmap_single(&pdev->dev, frame->dma, sizeof(frame->bytes), DMA_TO_DEVICE);
	return 0;
}

static const struct pci_device_id slow_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver slow_driver = { .name = "dump_on_timeout", .id_table = slow_ids, .probe = slow_probe };
module_pci_driver(slow_driver);
MODULE_LICENSE("GPL");
