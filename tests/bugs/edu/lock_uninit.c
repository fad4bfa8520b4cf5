// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lock lies in a structure from kzalloc(), and nobody calls spin_lock_init(): all zeros is no unlocked lock.
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

struct port {
	spinlock_t lock;
	void __iomem *regs;
};

static ssize_t live_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct port *port = dev_get_drvdata(dev);
	u32 value;

	spin_lock(&port->lock); /* BUG: spinlock */
	writel(0x5a5a, port->regs + 4);
	value = readl(port->regs + 4);
	spin_unlock(&port->lock);
	return sprintf(buf, "%#x\n", value);
}
static DEVICE_ATTR_RO(live);

static int port_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct port *port = devm_kzalloc(&pdev->dev, sizeof(*port), GFP_KERNEL);
	int err = pcim_enable_device(pdev);

	if (err || !port)
		return err ? err : -ENOMEM;
#ifdef FIXED
	spin_lock_init(&port->lock);
#endif
	port->regs = pcim_iomap(pdev, 0, 0);
	if (!port->regs)
		return -ENODEV;
	pci_set_drvdata(pdev, port);
	return device_create_file(&pdev->dev, &dev_attr_live);
}

static void port_remove(struct pci_dev *pdev)
{
	device_remove_file(&pdev->dev, &dev_attr_live);
}

static const struct pci_device_id port_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver port_driver = {
	.name = "lock_uninit",
	.id_table = port_ids,
	.probe = port_probe,
	.remove = port_remove,
};
module_pci_driver(port_driver);
MODULE_LICENSE("GPL");
