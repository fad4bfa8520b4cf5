// SPDX-License-Identifier: GPL-2.0-only
/* edu for drivers in user space: registers to map, interrupts to read; raising one is what writing does. */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/uio_driver.h>

#define REG_IRQ_STATUS 0x24
#define REG_IRQ_RAISE 0x60
#define REG_IRQ_ACK 0x64

static irqreturn_t edu_uio_irq(int irq, struct uio_info *info)
{
	u32 status = readl(info->priv + REG_IRQ_STATUS);

	if (!status)
		return IRQ_NONE;
	writel(status, info->priv + REG_IRQ_ACK);
	return IRQ_HANDLED;
}

static int edu_uio_irqcontrol(struct uio_info *info, s32 value)
{
	writel(value, info->priv + REG_IRQ_RAISE);
	return 0;
}

static int edu_uio_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct uio_info *info = devm_kzalloc(&pdev->dev, sizeof(*info), GFP_KERNEL);
	int error = info ? pcim_enable_device(pdev) : -ENOMEM;

	if (!error)
		error = pcim_iomap_regions(pdev, BIT(0), "edu_uio");
	if (error)
		return error;
	if (!pci_intx_mask_supported(pdev))
		return -ENODEV;
	info->priv = pcim_iomap_table(pdev)[0];
	info->name = "edu";
	info->version = "1";
	info->irq = pdev->irq;
	info->irq_flags = IRQF_SHARED;
	info->handler = edu_uio_irq;
	info->irqcontrol = edu_uio_irqcontrol;
	info->mem[0] = (struct uio_mem) {
		.name = "registers", .memtype = UIO_MEM_PHYS,
		.addr = pci_resource_start(pdev, 0), .size = pci_resource_len(pdev, 0),
	};
	return devm_uio_register_device(&pdev->dev, info);
}

static const struct pci_device_id edu_uio_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, { 0 } };
MODULE_DEVICE_TABLE(pci, edu_uio_ids);

static struct pci_driver edu_uio_driver = { .name = "edu_uio", .id_table = edu_uio_ids, .probe = edu_uio_probe };
module_pci_driver(edu_uio_driver);
MODULE_LICENSE("GPL v2");
