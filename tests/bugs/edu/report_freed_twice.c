// SPDX-License-Identifier: GPL-2.0-only
/*
 * The report of the self test is freed where it has been logged, and by remove(), which does not know that.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

struct report {
	u32 identification;
	u32 answer;
	char verdict[40];
};

struct tester {
	void __iomem *regs;
	struct report *report;
};

static int test_itself(struct pci_dev *pdev, struct tester *tester)
{
	struct report *report = kzalloc(sizeof(*report), GFP_KERNEL);

	if (!report)
		return -ENOMEM;
	tester->report = report;
	report->identification = readl(tester->regs);
	writel(0x5a5a5a5a, tester->regs + 4);
	report->answer = readl(tester->regs + 4);
	snprintf(report->verdict, sizeof(report->verdict), report->answer == 0xa5a5a5a5 ? "good" : "bad: %#x",
		 report->answer);
	return 0;
}

static void log_report(struct pci_dev *pdev, struct tester *tester)
{
	dev_info(&pdev->dev, "%#x is %s\n", tester->report->identification, tester->report->verdict);
	kfree(tester->report);
#ifdef FIXED
	tester->report = NULL;
#endif
}

static int tester_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct tester *tester;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	tester = devm_kzalloc(&pdev->dev, sizeof(*tester), GFP_KERNEL);
	if (!tester)
		return -ENOMEM;
	tester->regs = pcim_iomap(pdev, 0, 0);
	if (!tester->regs)
		return -ENOMEM;
	pci_set_drvdata(pdev, tester);
	err = test_itself(pdev, tester);
	if (err)
		return err;
	log_report(pdev, tester);
	return 0;
}

static void tester_remove(struct pci_dev *pdev)
{
	struct tester *tester = pci_get_drvdata(pdev);

	kfree(tester->report); /* BUG: slab-double-free */
}

static const struct pci_device_id tester_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
MODULE_DEVICE_TABLE(pci, tester_ids);

static struct pci_driver tester_driver = {
	.name = "tester", .id_table = tester_ids, .probe = tester_probe, .remove = tester_remove,
};
module_pci_driver(tester_driver);
MODULE_LICENSE("GPL");
