// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lookup gives ERR_PTR(-ENODEV), and its caller asks for NULL only and follows the error.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/pci.h>

struct profile {
	u32 id;
	u32 clock;
};

static const struct profile profiles[] = { { 0x010000ee, 100 }, { 0x010000ef, 200 } };

static const struct profile *find_profile(u32 id)
{
	for (int i = 0; i < ARRAY_SIZE(profiles); i++)
		if (profiles[i].id == id)
			return &profiles[i];
	return ERR_PTR(-ENODEV);
}

static int profile_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	const struct profile *profile;
	void __iomem *regs;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	if (!regs)
		return -ENODEV;
	profile = find_profile(readl(regs));
#ifndef FIXED
	if (!profile)
		return 0;
#else
	if (IS_ERR(profile))
		return 0;
#endif
	writel(READ_ONCE(profile->clock), regs + 4); /* BUG: kernel-oops */
	return 0;
}

static const struct pci_device_id profile_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver profile_driver = {
	.name = "error_as_pointer",
	.id_table = profile_ids,
	.probe = profile_probe,
};
module_pci_driver(profile_driver);
MODULE_LICENSE("GPL");
