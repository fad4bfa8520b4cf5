// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reply is polled in its buffer, not in the descriptor: on a machine whose caches are its own it never comes.
 * machine: coherent = false
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
#define TAIL 0x10
#define OWN 0x80000000
#define EOP 0x1
#define REPLY 64
#define MAGIC 0x52

struct desc { u64 addr; u32 status; u16 length, checksum; };

struct echo {
	struct device *dev;
	void __iomem *regs;
	struct desc *tx, *rx;
	u8 *reply;
	dma_addr_t reply_dma;
};

static void echo_send(struct echo *echo, dma_addr_t request)
{
	echo->rx[0] = (struct desc){ .addr = echo->reply_dma, .length = REPLY };
	echo->tx[0] = (struct desc){ .addr = request, .length = REPLY };
	dma_wmb();
	echo->rx[0].status = OWN;
	echo->tx[0].status = OWN | EOP;
	writel(1, echo->regs + RX + TAIL);
	writel(1, echo->regs + TX + TAIL);
}

static bool reply_is_there(struct echo *echo)
{
#ifndef FIXED
	return READ_ONCE(echo->reply[0]) == MAGIC; /* BUG: dma-cpu-read */
#else
	if (READ_ONCE(echo->rx[0].status) & OWN)
		return false;
	dma_sync_single_for_cpu(echo->dev, echo->reply_dma, REPLY, DMA_FROM_DEVICE);
	return echo->reply[0] == MAGIC;
#endif
}

static void echo_run(struct echo *echo, dma_addr_t request)
{
	int tries = 20;

	echo_send(echo, request);
	while (!reply_is_there(echo) && --tries)
		udelay(5);
	writel(0, echo->regs + CONTROL);
	dev_info(echo->dev, "%s\n", tries ? "answered" : "no answer");
}

static int echo_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct echo echo = { .dev = &pdev->dev };
	dma_addr_t rings;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	echo.regs = pcim_iomap(pdev, 0, 0);
	echo.tx = dmam_alloc_coherent(&pdev->dev, PAGE_SIZE, &rings, GFP_KERNEL);
	echo.reply = devm_kzalloc(&pdev->dev, REPLY, GFP_KERNEL);
	if (!echo.regs || !echo.tx || !echo.reply)
		return -ENOMEM;
	echo.rx = echo.tx + 2;
	memset(echo.tx, MAGIC, PAGE_SIZE);
	echo.reply_dma = dma_map_single(&pdev->dev, echo.reply, REPLY, DMA_FROM_DEVICE);
	if (dma_mapping_error(&pdev->dev, echo.reply_dma))
		return -EIO;
	pci_set_master(pdev);
	writel(rings, echo.regs + TX);
	writel(2, echo.regs + TX + SIZE);
	writel(rings + 2 * sizeof(struct desc), echo.regs + RX);
	writel(2, echo.regs + RX + SIZE);
	writel(0x7, echo.regs + CONTROL);
	echo_run(&echo, rings + PAGE_SIZE / 2);
	dma_unmap_single(&pdev->dev, echo.reply_dma, REPLY, DMA_FROM_DEVICE);
	return 0;
}

static const struct pci_device_id echo_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver echo_driver = { .name = "stale_reply", .id_table = echo_ids, .probe = echo_probe };
module_pci_driver(echo_driver);
MODULE_LICENSE("GPL");
