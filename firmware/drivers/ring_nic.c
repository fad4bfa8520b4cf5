// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network-card-like device with descriptor rings: packets of several pieces are sent in loopback, scattered over the
 * receive ring, and compared. Rings are coherent memory; every piece and every receive buffer is a streaming mapping.
 */
#include <kernel/lab.h>
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "ring_nic.h"

#define RING_ENTRIES 8
#define BUFFER_BYTES 512
#define RING_BYTES (RING_ENTRIES * sizeof(struct ring_desc))
#define TIMEOUT_MS 100
#define MAX_PIECES 3

struct ring {
	struct ring_desc *desc;
	dma_addr_t dma_addr;
	u8 *buffer[RING_ENTRIES];
	dma_addr_t mapped[RING_ENTRIES];	/* 0: not mapped */
	size_t length[RING_ENTRIES];
	unsigned int next;		/* the driver's side: tail of TX, first not yet looked at of RX */
};

struct nic {
	struct pci_dev *pdev;
	void __iomem *regs;
	struct completion received;
	struct ring tx, rx;
	u32 causes;
};

static irqreturn_t nic_interrupt(int irq, void *dev_id)
{
	struct nic *nic = dev_id;
	u32 causes = ioread32(nic->regs + RING_NIC_IRQ_STATUS);

	if (!causes)
		return IRQ_NONE;
	iowrite32(causes, nic->regs + RING_NIC_IRQ_STATUS);
	nic->causes |= causes;
	if (causes & RING_NIC_RX_DONE)
		complete(&nic->received);
	return IRQ_HANDLED;
}

static u16 packet_checksum(const u8 *bytes, size_t length)
{
	u32 sum = 0;

	for (size_t i = 0; i < length; i++)
		sum += i & 1 ? bytes[i] << 8 : bytes[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static int ring_alloc(struct nic *nic, struct ring *ring, u32 regs)
{
	ring->desc = dma_alloc_coherent(&nic->pdev->dev, RING_BYTES, &ring->dma_addr, GFP_KERNEL);
	if (!ring->desc)
		return -ENOMEM;
	memset(ring->desc, 0, RING_BYTES);
	iowrite32(ring->dma_addr, nic->regs + regs + RING_BASE_LOW);
	iowrite32(ring->dma_addr >> 32, nic->regs + regs + RING_BASE_HIGH);
	iowrite32(RING_ENTRIES, nic->regs + regs + RING_SIZE);
	for (int i = 0; i < RING_ENTRIES; i++) {
		ring->buffer[i] = kmalloc(BUFFER_BYTES, GFP_KERNEL);
		if (!ring->buffer[i])
			return -ENOMEM;
	}
	return 0;
}

static void ring_free(struct nic *nic, struct ring *ring)
{
	for (int i = 0; i < RING_ENTRIES; i++)
		kfree(ring->buffer[i]);
	if (ring->desc)
		dma_free_coherent(&nic->pdev->dev, RING_BYTES, ring->desc, ring->dma_addr);
}

/* Give a receive buffer to the device. */
static int rx_refill(struct nic *nic, unsigned int index)
{
	struct ring *rx = &nic->rx;
	struct ring_desc *desc = &rx->desc[index];

	rx->mapped[index] = dma_map_single(&nic->pdev->dev, rx->buffer[index], BUFFER_BYTES, DMA_FROM_DEVICE);
	if (dma_mapping_error(&nic->pdev->dev, rx->mapped[index])) {
		rx->mapped[index] = 0;
		return -EIO;
	}
	desc->addr = rx->mapped[index];
	desc->length = BUFFER_BYTES;
	wmb();
	desc->status = DESC_OWN;
	return 0;
}

static void rx_unmap(struct nic *nic, unsigned int index)
{
	dma_unmap_single(&nic->pdev->dev, nic->rx.mapped[index], BUFFER_BYTES, DMA_FROM_DEVICE);
	nic->rx.mapped[index] = 0;
}

/* All but one: a ring with head and tail equal is empty. */
static int rx_fill(struct nic *nic)
{
	for (unsigned int i = 0; i < RING_ENTRIES - 1; i++) {
		int error = rx_refill(nic, i);

		if (error)
			return error;
	}
	wmb();
	iowrite32(RING_ENTRIES - 1, nic->regs + RING_NIC_RX + RING_TAIL);
	return 0;
}

static void fill(u8 *bytes, size_t length, u32 seed)
{
	for (size_t i = 0; i < length; i++) {
		seed = seed * 1103515245 + 12345;
		bytes[i] = seed >> 16;
	}
}

/* Queue a packet, its bytes spread over `pieces` buffers; the device is told once all of it is there. */
static int tx_send(struct nic *nic, const u8 *packet, size_t length, unsigned int pieces)
{
	struct ring *tx = &nic->tx;
	unsigned int first = tx->next;
	size_t piece = length / pieces, at = 0;

	for (unsigned int i = 0; i < pieces; i++) {
		unsigned int index = (first + i) % RING_ENTRIES;
		size_t bytes = i + 1 == pieces ? length - at : piece;
		struct ring_desc *desc = &tx->desc[index];

		memcpy(tx->buffer[index], packet + at, bytes);
		at += bytes;
		tx->mapped[index] = dma_map_single(&nic->pdev->dev, tx->buffer[index], bytes, DMA_TO_DEVICE);
		if (dma_mapping_error(&nic->pdev->dev, tx->mapped[index])) {
			tx->mapped[index] = 0;
			return -EIO;
		}
		tx->length[index] = bytes;
		desc->addr = tx->mapped[index];
		desc->length = bytes;
		desc->checksum = packet_checksum(packet, length);
		wmb();
		desc->status = DESC_OWN | (i + 1 == pieces ? DESC_EOP | DESC_IRQ | DESC_CHECK : 0);
	}
	tx->next = (first + pieces) % RING_ENTRIES;
	wmb();
	iowrite32(tx->next, nic->regs + RING_NIC_TX + RING_TAIL);
	return 0;
}

static void tx_unmap(struct nic *nic, unsigned int index)
{
	dma_unmap_single(&nic->pdev->dev, nic->tx.mapped[index], nic->tx.length[index], DMA_TO_DEVICE);
	nic->tx.mapped[index] = 0;
}

static int tx_clean(struct nic *nic, unsigned int first, unsigned int pieces)
{
	int error = 0;

	for (unsigned int i = 0; i < pieces; i++) {
		unsigned int index = (first + i) % RING_ENTRIES;
		struct ring_desc *desc = &nic->tx.desc[index];
		dma_addr_t dma_addr = nic->tx.mapped[index];

		tx_unmap(nic, index);
		transfer_result(&nic->pdev->dev, dma_addr, nic->tx.length[index], DMA_TO_DEVICE, 0);
		if (desc->status & (DESC_OWN | DESC_ERROR))
			error = -EIO;
	}
	return error;
}

/* Take a packet off the receive ring and compare it with what was sent. */
static int rx_take(struct nic *nic, const u8 *packet, size_t length)
{
	struct ring *rx = &nic->rx;
	size_t at = 0;

	for (int last = 0; !last;) {
		unsigned int index = rx->next;
		struct ring_desc desc = rx->desc[index];
		dma_addr_t dma_addr = rx->mapped[index];
		int error = 0;

		if (desc.status & DESC_OWN)
			return -EIO;
		rx_unmap(nic, index);
		if (desc.status & (DESC_ERROR | DESC_TRUNCATED) || desc.length > BUFFER_BYTES || at + desc.length > length ||
		    desc.checksum != packet_checksum(packet, length))
			error = -EIO;
		else if (memcmp(rx->buffer[index], packet + at, desc.length))
			error = -EBADMSG;
		transfer_result(&nic->pdev->dev, dma_addr, desc.length, DMA_FROM_DEVICE, error);
		if (error)
			return error;
		at += desc.length;
		last = desc.status & DESC_EOP;
		rx->next = (index + 1) % RING_ENTRIES;
		/* The slot before the one just emptied is the one that the device may not have: fill it, and move on. */
		error = rx_refill(nic, (index + RING_ENTRIES - 1) % RING_ENTRIES);
		if (error)
			return error;
		wmb();
		iowrite32(index, nic->regs + RING_NIC_RX + RING_TAIL);
	}
	return at == length ? 0 : -EBADMSG;
}

static int nic_loop(struct nic *nic, u8 *packet, size_t length, unsigned int pieces)
{
	unsigned int first = nic->tx.next;
	int error;

	fill(packet, length, length);
	init_completion(&nic->received);
	error = tx_send(nic, packet, length, pieces);
	if (error)
		return error;
	if (!wait_for_completion_timeout(&nic->received, msecs_to_jiffies(TIMEOUT_MS)))
		return -ETIMEDOUT;
	error = tx_clean(nic, first, pieces);
	return error ? error : rx_take(nic, packet, length);
}

static int nic_exercise(struct nic *nic)
{
	static const struct { u16 length; u16 pieces; } packets[] = {
		{ 60, 1 }, { 512, 1 }, { 1500, 3 }, { 513, 2 }, { 1, 1 }, { 1024, 2 }, { 1499, 3 }, { 700, 2 },
	};
	u8 *packet = kmalloc(MAX_PIECES * BUFFER_BYTES, GFP_KERNEL);
	int error = packet ? rx_fill(nic) : -ENOMEM;

	for (unsigned int i = 0; i < ARRAY_SIZE(packets) && !error; i++)
		error = nic_loop(nic, packet, packets[i].length, packets[i].pieces);
	if (!error)
		dev_info(&nic->pdev->dev, "%u packets looped back\n", ioread32(nic->regs + RING_NIC_RX_PACKETS));
	kfree(packet);
	return error;
}

/* Stop the device first: what is mapped may only be unmapped when nobody moves data. */
static void nic_stop(struct nic *nic)
{
	iowrite32(RING_NIC_RESET, nic->regs + RING_NIC_CONTROL);
	ioread32(nic->regs + RING_NIC_STATUS);
	for (unsigned int i = 0; i < RING_ENTRIES; i++) {
		if (nic->rx.mapped[i])
			rx_unmap(nic, i);
		if (nic->tx.mapped[i])
			tx_unmap(nic, i);
	}
}

static int nic_run(struct nic *nic)
{
	int error = ring_alloc(nic, &nic->tx, RING_NIC_TX);

	if (!error)
		error = ring_alloc(nic, &nic->rx, RING_NIC_RX);
	if (!error) {
		iowrite32(RING_NIC_TX_ENABLE | RING_NIC_RX_ENABLE | RING_NIC_LOOPBACK, nic->regs + RING_NIC_CONTROL);
		iowrite32(~0U, nic->regs + RING_NIC_IRQ_MASK);
		error = nic_exercise(nic);
		nic_stop(nic);
	}
	ring_free(nic, &nic->rx);
	ring_free(nic, &nic->tx);
	return error;
}

static int nic_start(struct nic *nic)
{
	struct pci_dev *pdev = nic->pdev;
	int error;

	if (ioread32(nic->regs + RING_NIC_ID) != RING_NIC_ID_VALUE)
		return -ENODEV;
	error = request_irq(pdev->irq, nic_interrupt, IRQF_SHARED, "ring_nic", nic);
	if (error)
		return error;
	pci_set_master(pdev);
	error = nic_run(nic);
	if (error)
		dev_err(&pdev->dev, "self-test failed: %d\n", error);
	pci_clear_master(pdev);
	free_irq(pdev->irq, nic);
	return error;
}

static int nic_set_masks(struct pci_dev *pdev, u32 status)
{
	u64 mask = status & RING_NIC_ADDR64 ? DMA_64BIT_MASK : DMA_32BIT_MASK;

	return pci_set_dma_mask(pdev, mask) || pci_set_consistent_dma_mask(pdev, mask) ? -EIO : 0;
}

static int nic_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct nic *nic = kzalloc(sizeof(*nic), GFP_KERNEL);
	int error;

	if (!nic)
		return -ENOMEM;
	nic->pdev = pdev;
	pci_set_drvdata(pdev, nic);
	error = pci_enable_device(pdev);
	if (error)
		goto out_free;
	nic->regs = pci_iomap(pdev, 0, 0);
	error = nic->regs ? nic_set_masks(pdev, ioread32(nic->regs + RING_NIC_STATUS)) : -ENOMEM;
	if (!error)
		error = nic_start(nic);
	if (!error)
		return 0;
	if (nic->regs)
		pci_iounmap(pdev, nic->regs);
	pci_disable_device(pdev);
out_free:
	kfree(nic);
	return error;
}

static void nic_remove(struct pci_dev *pdev)
{
	struct nic *nic = pci_get_drvdata(pdev);

	pci_iounmap(pdev, nic->regs);
	pci_disable_device(pdev);
	kfree(nic);
}

static const struct pci_device_id nic_ids[] = {
	{ PCI_DEVICE(RING_NIC_VENDOR, RING_NIC_DEVICE) },
	{ }
};

static struct pci_driver nic_driver = {
	.name = "ring_nic",
	.id_table = nic_ids,
	.probe = nic_probe,
	.remove = nic_remove,
};

static int nic_init(void)
{
	return pci_register_driver(&nic_driver);
}

static void nic_exit(void)
{
	pci_unregister_driver(&nic_driver);
}

module_init(nic_init);
module_exit(nic_exit);
MODULE_LICENSE("GPL");
