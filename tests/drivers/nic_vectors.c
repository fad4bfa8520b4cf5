// SPDX-License-Identifier: GPL-2.0-only
/* ring_nic with a message for sending, one for receiving and one for what goes wrong: each has its handler and its mask. */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>

#define CONTROL 0x04
#define IRQ_STATUS 0x10
#define IRQ_MASK 0x14
#define IRQ_VECTOR 0x18
#define PENDING 0x800		/* of BAR 1 */
#define TX_BASE 0x20
#define RX_BASE 0x40
#define SIZE 0x08		/* from a ring's first register on */
#define TAIL 0x10
#define ENTRIES 4
#define BYTES 64

enum { TX, RX, OTHER, VECTORS };

struct descriptor {
	__le64 addr;
	__le32 status;
	__le16 length, checksum;
};

struct nic {
	struct pci_dev *pdev;
	void __iomem *regs, *table;
	struct descriptor *rings;	/* both */
	dma_addr_t rings_dma;
	void *buffers;			/* what is sent, and what is received */
	dma_addr_t buffers_dma;
	int tail;
	unsigned int seen[VECTORS];
};

static const u32 causes[VECTORS] = { 0x09, 0x06, 0x30 };

static irqreturn_t nic_irq(struct nic *nic, int vector)
{
	u32 status = ioread32(nic->regs + IRQ_STATUS) & causes[vector];

	if (!status)
		return IRQ_NONE;
	iowrite32(status, nic->regs + IRQ_STATUS);
	nic->seen[vector]++;
	return IRQ_HANDLED;
}

static irqreturn_t tx_irq(int irq, void *nic) { return nic_irq(nic, TX); }
static irqreturn_t rx_irq(int irq, void *nic) { return nic_irq(nic, RX); }
static irqreturn_t other_irq(int irq, void *nic) { return nic_irq(nic, OTHER); }

static void give(struct nic *nic, int ring, int offset, u32 flags, u32 base)
{
	struct descriptor *at = &nic->rings[ring * ENTRIES + nic->tail];

	at->addr = cpu_to_le64(nic->buffers_dma + offset);
	at->length = cpu_to_le16(BYTES);
	dma_wmb();
	at->status = cpu_to_le32(flags | 1U << 31);
	iowrite32(nic->tail + 1, nic->regs + base + TAIL);
}

static void send_one(struct nic *nic)
{
	give(nic, RX, BYTES, 0, RX_BASE);
	give(nic, TX, 0, 0x3, TX_BASE);
	nic->tail++;
	usleep_range(20, 30);
}

static int nic_use(struct nic *nic)
{
	struct pci_dev *pdev = nic->pdev;

	for (int ring = TX; ring <= RX; ring++) {
		u32 base = ring == TX ? TX_BASE : RX_BASE;

		iowrite32(nic->rings_dma + ring * ENTRIES * sizeof(struct descriptor), nic->regs + base);
		iowrite32(ENTRIES, nic->regs + base + SIZE);
	}
	iowrite32(RX << 8 | OTHER << 16, nic->regs + IRQ_VECTOR);
	iowrite32(~0, nic->regs + IRQ_MASK);
	iowrite32(7, nic->regs + CONTROL);
	send_one(nic);
	dev_info(&pdev->dev, "after one: %u %u %u\n", nic->seen[TX], nic->seen[RX], nic->seen[OTHER]);
	disable_irq(pci_irq_vector(pdev, RX));
	send_one(nic);
	iowrite32(ENTRIES, nic->regs + TX_BASE + TAIL);	/* no such descriptor */
	dev_info(&pdev->dev, "held back: %u %u %u, waits: %#x\n", nic->seen[TX], nic->seen[RX], nic->seen[OTHER],
		 readl(nic->table + PENDING));
	enable_irq(pci_irq_vector(pdev, RX));
	dev_info(&pdev->dev, "let go: %u %u %u\n", nic->seen[TX], nic->seen[RX], nic->seen[OTHER]);
	if (nic->seen[RX] != 2)
		return -ETIMEDOUT;
	return pci_irq_vector(pdev, VECTORS + 1) == -EINVAL && !memcmp(nic->buffers, nic->buffers + BYTES, BYTES) ? 0 : -EIO;
}

static int nic_vectors(struct nic *nic)
{
	static const irq_handler_t handlers[VECTORS] = { tx_irq, rx_irq, other_irq };
	int err = pci_alloc_irq_vectors(nic->pdev, VECTORS, 8, PCI_IRQ_ALL_TYPES);

	if (err < 0)
		return err;
	dev_info(&nic->pdev->dev, "%d of %d vectors, MSI-X %s\n", err, pci_msix_vec_count(nic->pdev),
		 nic->pdev->msix_enabled ? "on" : "off");
	for (int i = 0; i < VECTORS; i++) {
		err = pci_request_irq(nic->pdev, i, handlers[i], NULL, nic, "nic-%d", i);
		if (err) {
			while (--i >= 0)
				pci_free_irq(nic->pdev, i, nic);
			pci_free_irq_vectors(nic->pdev);
			return err;
		}
	}
	return 0;
}

static int nic_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct nic *nic = devm_kzalloc(&pdev->dev, sizeof(*nic), GFP_KERNEL);
	int err = nic ? pcim_enable_device(pdev) : -ENOMEM;

	if (!err)
		err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(32));
	if (!err)
		err = pcim_iomap_regions(pdev, 1 << 0 | 1 << 1, "nic_vectors");
	if (err)
		return err;
	nic->pdev = pdev;
	nic->regs = pcim_iomap_table(pdev)[0];
	nic->table = pcim_iomap_table(pdev)[1];
	nic->rings = dmam_alloc_coherent(&pdev->dev, 2 * ENTRIES * sizeof(*nic->rings), &nic->rings_dma, GFP_KERNEL);
	nic->buffers = dmam_alloc_coherent(&pdev->dev, 2 * BYTES, &nic->buffers_dma, GFP_KERNEL);
	if (!nic->rings || !nic->buffers)
		return -ENOMEM;
	memset(nic->buffers, 0x5a, BYTES);
	pci_set_drvdata(pdev, nic);
	pci_set_master(pdev);
	err = nic_vectors(nic);
	return err ? err : nic_use(nic);
}

static void nic_remove(struct pci_dev *pdev)
{
	struct nic *nic = pci_get_drvdata(pdev);

	iowrite32(1U << 31, nic->regs + CONTROL);
	for (int i = 0; i < VECTORS; i++)
		pci_free_irq(pdev, i, nic);
	pci_free_irq_vectors(pdev);
}

static const struct pci_device_id ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
MODULE_DEVICE_TABLE(pci, ids);
static struct pci_driver driver = { .name = "nic_vectors", .id_table = ids, .probe = nic_probe, .remove = nic_remove };
module_pci_driver(driver);
MODULE_LICENSE("GPL");
