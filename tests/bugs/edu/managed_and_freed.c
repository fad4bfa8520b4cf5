// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver's structure was changed to devm_kzalloc(), and remove() still calls kfree() for it.
 * needs: kasan
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

struct probe_card {
	void __iomem *regs;
	u32 id;
};

static int card_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct probe_card *card = devm_kzalloc(&pdev->dev, sizeof(*card), GFP_KERNEL);
	int err;

	if (!card)
		return -ENOMEM;
	err = pcim_enable_device(pdev);
	if (err)
		return err;
	card->regs = pcim_iomap(pdev, 0, 0);
	if (!card->regs)
		return -ENODEV;
	card->id = readl(card->regs);
	pci_set_drvdata(pdev, card);
	return 0;
}

static void card_remove(struct pci_dev *pdev)
{
	struct probe_card *card = pci_get_drvdata(pdev);

	dev_info(&pdev->dev, "card %#x is gone\n", card->id);
#ifndef FIXED
	kfree(card); /* BUG: kasan-invalid-free */
#else
	pci_set_drvdata(pdev, NULL);
#endif
}

static const struct pci_device_id card_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver card_driver = {
	.name = "card",
	.id_table = card_ids,
	.probe = card_probe,
	.remove = card_remove,
};
module_pci_driver(card_driver);
MODULE_LICENSE("GPL");
