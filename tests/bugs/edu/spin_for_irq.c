// SPDX-License-Identifier: GPL-2.0-only
/*
 * probe() spins until the interrupt handler has the result, but never asks the device for an interrupt.
 * machine: command_line = "sysctl.kernel.softlockup_thresh=1"
 */
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define FACTORIAL 0x08
#define STATUS 0x20
#define STATUS_INTERRUPT 0x80
#define IRQ_STATUS 0x24
#define IRQ_ACK 0x64

struct calc {
	void __iomem *regs;
	u32 result;
	bool done;
};

static irqreturn_t calc_irq(int irq, void *data)
{
	struct calc *calc = data;
	u32 status = ioread32(calc->regs + IRQ_STATUS);

	if (!status)
		return IRQ_NONE;
	iowrite32(status, calc->regs + IRQ_ACK);
	calc->result = ioread32(calc->regs + FACTORIAL);
	WRITE_ONCE(calc->done, true);
	return IRQ_HANDLED;
}

static int calc_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct calc *calc = devm_kzalloc(&pdev->dev, sizeof(*calc), GFP_KERNEL);
	int error = pcim_enable_device(pdev);

	if (error || !calc)
		return error ? error : -ENOMEM;
	calc->regs = pcim_iomap(pdev, 0, 0);
	if (!calc->regs)
		return -ENOMEM;
	error = devm_request_irq(&pdev->dev, pdev->irq, calc_irq, IRQF_SHARED, "calc", calc);
	if (error)
		return error;
#ifdef FIXED
	iowrite32(STATUS_INTERRUPT, calc->regs + STATUS);
#endif
	iowrite32(5, calc->regs + FACTORIAL);
	while (!READ_ONCE(calc->done)) cpu_relax(); /* BUG: soft-lockup */
	return calc->result == 120 ? 0 : -EIO;
}

static const struct pci_device_id calc_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8) },
	{ }
};
MODULE_DEVICE_TABLE(pci, calc_ids);

static struct pci_driver calc_driver = {
	.name = "calc",
	.id_table = calc_ids,
	.probe = calc_probe,
};
module_pci_driver(calc_driver);

MODULE_LICENSE("GPL");
