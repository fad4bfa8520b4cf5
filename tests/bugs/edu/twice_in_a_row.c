// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calibration is freed by the function that replaces it, and by the caller, who still holds the old pointer.
 * machine: [kernel]
 * machine: debug_slab = true
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

struct calibration {
	u32 gain;
	u32 offset;
	u16 table[40];
};

static struct calibration *current_calibration;

static int replace_calibration(u32 gain)
{
	struct calibration *fresh = kzalloc(sizeof(*fresh), GFP_KERNEL);

	if (!fresh)
		return -ENOMEM;
	fresh->gain = gain;
#ifndef FIXED
	kfree(current_calibration);
#endif
	current_calibration = fresh;
	return 0;
}

static int recalibrate(void __iomem *regs)
{
	struct calibration *old = current_calibration;
	int err = replace_calibration(readl(regs));

	if (!err)
		kfree(old); /* BUG: slab-double-free */
	return err;
}

static int calibrator_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	current_calibration = kzalloc(sizeof(*current_calibration), GFP_KERNEL);
	if (!regs || !current_calibration)
		return -ENOMEM;
	return recalibrate(regs);
}

static void calibrator_remove(struct pci_dev *pdev)
{
	kfree(current_calibration);
}

static const struct pci_device_id calibrator_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver calibrator_driver = {
	.name = "calibrator",
	.id_table = calibrator_ids,
	.probe = calibrator_probe,
	.remove = calibrator_remove,
};
module_pci_driver(calibrator_driver);
MODULE_LICENSE("GPL");
