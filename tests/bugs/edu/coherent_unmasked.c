// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nobody says that the device drives 28 bits of an address: its coherent ring lies anywhere below 4 GiB.
 * machine: ram = "512M"
 */
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

struct sound {
	void __iomem *regs;
	struct completion period;
};

static irqreturn_t sound_irq(int irq, void *data)
{
	struct sound *sound = data;

	if (!(readl(sound->regs + 0x24) & 0x100))
		return IRQ_NONE;
	writel(0x100, sound->regs + 0x64);
	complete(&sound->period);
	return IRQ_HANDLED;
}

static int sound_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct sound *sound = devm_kzalloc(&pdev->dev, sizeof(*sound), GFP_KERNEL);
	dma_addr_t addr;
	void *ring;
	int err = pcim_enable_device(pdev);

	if (err || !sound)
		return err ? err : -ENOMEM;
#ifdef FIXED
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(28));
	if (err)
		return err;
#endif
	sound->regs = pcim_iomap(pdev, 0, 0);
	init_completion(&sound->period);
	ring = dmam_alloc_coherent(&pdev->dev, 4096, &addr, GFP_KERNEL); /* BUG: dma-beyond-reach */
	if (!ring || !sound->regs)
		return -ENOMEM;
	pci_set_master(pdev);
	err = devm_request_irq(&pdev->dev, pdev->irq, sound_irq, IRQF_SHARED, "sound", sound);
	if (err)
		return err;
	writeq(addr, sound->regs + 0x80);
	writeq(0x40000, sound->regs + 0x88);
	writeq(2048, sound->regs + 0x90);
	writeq(5, sound->regs + 0x98);
	return wait_for_completion_timeout(&sound->period, HZ) ? 0 : -ETIMEDOUT;
}

static const struct pci_device_id sound_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver sound_driver = { .name = "sound", .id_table = sound_ids, .probe = sound_probe };
module_pci_driver(sound_driver);
MODULE_LICENSE("GPL");
