// SPDX-License-Identifier: GPL-2.0-only
/*
 * remove() turns the device off and forgets free_irq(): the line is shared, and the next interrupt calls what is gone.
 */
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

struct counter {
	void __iomem *regs;
	unsigned int interrupts;
};

static irqreturn_t counter_irq(int irq, void *data)
{
	struct counter *counter = data;
	u32 causes = ioread32(counter->regs + 0x24);

	if (!causes)
		return IRQ_NONE;
	iowrite32(causes, counter->regs + 0x64);
	counter->interrupts++;
	return IRQ_HANDLED;
}

static int counter_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct counter *counter = kzalloc(sizeof(*counter), GFP_KERNEL);
	int err;

	if (!counter)
		return -ENOMEM;
	err = pci_enable_device(pdev);
	if (err)
		goto free;
	err = -ENODEV;
	counter->regs = pci_iomap(pdev, 0, 0);
	if (!counter->regs)
		goto disable;
	err = request_irq(pdev->irq, counter_irq, IRQF_SHARED, "counter", counter); /* BUG: leftover-irq-handler */
	if (err)
		goto unmap;
	pci_set_drvdata(pdev, counter);
	iowrite32(1, counter->regs + 0x60);
	return 0;
unmap:
	pci_iounmap(pdev, counter->regs);
disable:
	pci_disable_device(pdev);
free:
	kfree(counter);
	return err;
}

static void counter_remove(struct pci_dev *pdev)
{
	struct counter *counter = pci_get_drvdata(pdev);

#ifdef FIXED
	free_irq(pdev->irq, counter);
#endif
	pci_iounmap(pdev, counter->regs);
	pci_disable_device(pdev);
	kfree(counter);
}

static const struct pci_device_id counter_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver counter_driver = {
	.name = "counter",
	.id_table = counter_ids,
	.probe = counter_probe,
	.remove = counter_remove,
};
module_pci_driver(counter_driver);
MODULE_LICENSE("GPL");
