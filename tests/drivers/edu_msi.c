// SPDX-License-Identifier: GPL-2.0-only
/* edu by a message-signalled interrupt, or by its line where there is none. */
#include <linux/completion.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>

static void __iomem *mmio;
static DECLARE_COMPLETION(done);

static irqreturn_t edu_irq(int irq, void *data)
{
	u32 status = ioread32(mmio + 0x24);

	if (!status)
		return IRQ_NONE;
	iowrite32(status, mmio + 0x64);
	complete(&done);
	return IRQ_HANDLED;
}

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pci_enable_device(pdev);

	if (err)
		return err;
	pci_set_master(pdev);
	mmio = pci_iomap(pdev, 0, 0);
	err = mmio ? pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI | PCI_IRQ_LEGACY) : -ENOMEM;
	if (err < 0)
		goto disable;
	err = request_irq(pci_irq_vector(pdev, 0), edu_irq, 0, "edu_msi", pdev);
	if (err)
		goto free_vectors;
	iowrite32(1, mmio + 0x60);
	if (wait_for_completion_interruptible_timeout(&done, HZ) > 0) {
		dev_info(&pdev->dev, "interrupt %d came, MSI %s\n", pci_irq_vector(pdev, 0),
			 pci_dev_msi_enabled(pdev) ? "on" : "off");
		return 0;
	}
	err = -ETIMEDOUT;
	free_irq(pci_irq_vector(pdev, 0), pdev);
free_vectors:
	pci_free_irq_vectors(pdev);
disable:
	pci_disable_device(pdev);
	return err;
}

static void edu_remove(struct pci_dev *pdev)
{
	free_irq(pci_irq_vector(pdev, 0), pdev);
	pci_free_irq_vectors(pdev);
	pci_iounmap(pdev, mmio);
	pci_clear_master(pdev);
	pci_disable_device(pdev);
}

static const struct pci_device_id ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
MODULE_DEVICE_TABLE(pci, ids);
static struct pci_driver driver = { .name = "edu_msi", .id_table = ids, .probe = edu_probe, .remove = edu_remove };
module_pci_driver(driver);
MODULE_LICENSE("GPL");
