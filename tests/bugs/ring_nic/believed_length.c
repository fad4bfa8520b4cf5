// SPDX-License-Identifier: GPL-2.0-only
/*
 * The length of a received frame is believed as the card wrote it, and as many bytes are copied out of the buffer.
 * needs: kasan
 * machine: hostile.seed = 3
 * machine: hostile.probability = 100
 * machine: hostile.registers = false
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define CONTROL 0x04
#define TX 0x20
#define RX 0x40
#define SIZE 0x08
#define HEAD 0x0c
#define TAIL 0x10
#define OWN 0x80000000
#define EOP 0x1
#define BUFFER 256
#define COPY 2048

struct desc { u64 addr; u32 status; u16 length, checksum; };

struct believer {
	struct device *dev;
	void __iomem *regs;
	struct desc *tx, *rx;
	u8 *buffer, *copy;
};

static unsigned int frame_length(const struct desc *desc)
{
	unsigned int length = min_t(unsigned int, READ_ONCE(desc->length), COPY);

#ifdef FIXED
	if (length > BUFFER)
		return 0;
#endif
	return length;
}

static void believer_take(struct believer *nic, dma_addr_t dma)
{
	unsigned int length = frame_length(&nic->rx[0]);

	dma_sync_single_for_cpu(nic->dev, dma, BUFFER, DMA_FROM_DEVICE);
	memcpy(nic->copy, nic->buffer, length); /* BUG: kasan-slab-out-of-bounds */
	dev_info(nic->dev, "%u bytes\n", length);
}

static int believer_loop(struct believer *nic, dma_addr_t frame)
{
	dma_addr_t dma = dma_map_single(nic->dev, nic->buffer, BUFFER, DMA_FROM_DEVICE);

	if (dma_mapping_error(nic->dev, dma))
		return -EIO;
	nic->rx[0] = (struct desc){ .addr = dma, .length = BUFFER };
	nic->tx[0] = (struct desc){ .addr = frame, .length = 60 };
	dma_wmb();
	nic->rx[0].status = OWN;
	nic->tx[0].status = OWN | EOP;
	writel(1, nic->regs + RX + TAIL);
	writel(1, nic->regs + TX + TAIL);
	udelay(20);
	writel(0, nic->regs + CONTROL);
	if (readl(nic->regs + RX + HEAD) == 1)
		believer_take(nic, dma);
	dma_unmap_single(nic->dev, dma, BUFFER, DMA_FROM_DEVICE);
	return 0;
}

static int believer_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct believer nic = { .dev = &pdev->dev };
	dma_addr_t rings;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	nic.regs = pcim_iomap(pdev, 0, 0);
	nic.buffer = devm_kzalloc(&pdev->dev, BUFFER, GFP_KERNEL);
	nic.copy = devm_kzalloc(&pdev->dev, COPY, GFP_KERNEL);
	nic.tx = dmam_alloc_coherent(&pdev->dev, PAGE_SIZE, &rings, GFP_KERNEL);
	if (!nic.regs || !nic.buffer || !nic.copy || !nic.tx)
		return -ENOMEM;
	memset(nic.tx, 0, PAGE_SIZE);
	nic.rx = nic.tx + 2;
	pci_set_master(pdev);
	writel(rings, nic.regs + TX);
	writel(2, nic.regs + TX + SIZE);
	writel(rings + 2 * sizeof(struct desc), nic.regs + RX);
	writel(2, nic.regs + RX + SIZE);
	writel(0x7, nic.regs + CONTROL);
	return believer_loop(&nic, rings + PAGE_SIZE / 2);
}

static const struct pci_device_id believer_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver believer = { .name = "believed_length", .id_table = believer_ids, .probe = believer_probe };
module_pci_driver(believer);
MODULE_LICENSE("GPL");
