// SPDX-License-Identifier: GPL-2.0-only
/*
 * A small frame is copied out and its buffer posted again without the sync that gives it back to the card.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define CONTROL 0x04
#define TX 0x20
#define RX 0x40
#define BASE 0x00
#define SIZE 0x08
#define TAIL 0x10
#define LOOPBACK 0x7
#define OWN 0x80000000
#define EOP 0x1
#define SLOTS 4
#define BYTES 128

struct slot { u64 addr; u32 status; u16 length, checksum; };

struct copybreak {
	struct device *dev;
	void __iomem *regs;
	struct slot *tx, *rx;
	u8 *buffer;
	dma_addr_t dma, frame;
	unsigned int posted, sent;
};

/* There is one buffer: whichever slot is next gets it. */
static void post(struct copybreak *nic)
{
	struct slot *slot = &nic->rx[nic->posted];

	nic->posted = (nic->posted + 1) % SLOTS;
	slot->addr = nic->dma;
	slot->length = BYTES;
	dma_wmb();
	slot->status = OWN;
	writel(nic->posted, nic->regs + RX + TAIL); /* BUG: dma-while-cpu-owns */
}

static void transmit(struct copybreak *nic)
{
	struct slot *slot = &nic->tx[nic->sent];

	nic->sent = (nic->sent + 1) % SLOTS;
	slot->addr = nic->frame;
	slot->length = BYTES / 2;
	dma_wmb();
	slot->status = OWN | EOP;
	writel(nic->sent, nic->regs + TX + TAIL);
}

static void take(struct copybreak *nic, unsigned int i, u8 *copy)
{
	while (READ_ONCE(nic->rx[i].status) & OWN)
		udelay(1);
	dma_sync_single_for_cpu(nic->dev, nic->dma, BYTES, DMA_FROM_DEVICE);
	memcpy(copy, nic->buffer, BYTES / 2);
#ifdef FIXED
	dma_sync_single_for_device(nic->dev, nic->dma, BYTES, DMA_FROM_DEVICE);
#endif
}

static int copybreak_run(struct copybreak *nic)
{
	u8 copy[BYTES / 2];

	nic->dma = dma_map_single(nic->dev, nic->buffer, BYTES, DMA_FROM_DEVICE);
	if (dma_mapping_error(nic->dev, nic->dma))
		return -EIO;
	writel(LOOPBACK, nic->regs + CONTROL);
	for (unsigned int i = 0; i < 2; i++) {
		post(nic);
		transmit(nic);
		take(nic, i, copy);
	}
	writel(0, nic->regs + CONTROL);
	dma_unmap_single(nic->dev, nic->dma, BYTES, DMA_FROM_DEVICE);
	dev_info(nic->dev, "byte %d\n", copy[0]);
	return 0;
}

static int copybreak_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct copybreak nic = { .dev = &pdev->dev };
	dma_addr_t rings;

	if (pcim_enable_device(pdev))
		return -ENODEV;
	nic.regs = pcim_iomap(pdev, 0, 0);
	nic.buffer = devm_kzalloc(&pdev->dev, BYTES, GFP_KERNEL);
	nic.tx = dmam_alloc_coherent(&pdev->dev, PAGE_SIZE, &rings, GFP_KERNEL);
	if (!nic.regs || !nic.buffer || !nic.tx)
		return -ENOMEM;
	memset(nic.tx, 0, PAGE_SIZE);
	nic.rx = nic.tx + SLOTS;
	nic.frame = rings + PAGE_SIZE / 2;
	pci_set_master(pdev);
	writel(rings, nic.regs + TX + BASE);
	writel(SLOTS, nic.regs + TX + SIZE);
	writel(rings + SLOTS * sizeof(struct slot), nic.regs + RX + BASE);
	writel(SLOTS, nic.regs + RX + SIZE);
	return copybreak_run(&nic);
}

static const struct pci_device_id copybreak_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver copybreak = {
	.name = "reposted_unsynced", .id_table = copybreak_ids, .probe = copybreak_probe,
};
module_pci_driver(copybreak);
MODULE_LICENSE("GPL");
