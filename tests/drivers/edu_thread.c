// SPDX-License-Identifier: GPL-2.0-only
/* A kernel thread that polls the device, started and stopped by an attribute of its class. */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/pci.h>

static void __iomem *mmio;
static struct task_struct *poller;
static unsigned int turns;

static int poll_device(void *data)
{
	while (!kthread_should_stop()) {
		if (ioread32(mmio) == 0x010000ed)
			turns++;
		usleep_range(500, 1000);
	}
	return 0;
}

static ssize_t turns_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sprintf(buf, "%u\n", turns);
}
static DEVICE_ATTR_RO(turns);

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pci_enable_device(pdev);

	if (err)
		return err;
	mmio = pci_iomap(pdev, 0, 0);
	if (!mmio) {
		err = -ENOMEM;
		goto disable;
	}
	err = device_create_file(&pdev->dev, &dev_attr_turns);
	if (err)
		goto unmap;
	poller = kthread_run(poll_device, NULL, "edu_poll/%d", 0);
	if (!IS_ERR(poller))
		return 0;
	err = PTR_ERR(poller);
	device_remove_file(&pdev->dev, &dev_attr_turns);
unmap:
	pci_iounmap(pdev, mmio);
disable:
	pci_disable_device(pdev);
	return err;
}

static void edu_remove(struct pci_dev *pdev)
{
	kthread_stop(poller);
	device_remove_file(&pdev->dev, &dev_attr_turns);
	pci_iounmap(pdev, mmio);
	pci_disable_device(pdev);
}

static const struct pci_device_id ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
MODULE_DEVICE_TABLE(pci, ids);
static struct pci_driver driver = { .name = "edu_thread", .id_table = ids, .probe = edu_probe, .remove = edu_remove };
module_pci_driver(driver);
MODULE_LICENSE("GPL");
