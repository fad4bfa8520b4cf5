// SPDX-License-Identifier: GPL-2.0-only
/* edu with everything managed, behind a misc device; the factorial by a completion. */
#include <linux/bits.h>
#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>

#define PCI_VENDOR_ID_QEMU 0x1234

#define EDU_BAR 0
#define EDU_FACT 0x08
#define EDU_STATUS 0x20
#define EDU_STATUS_IRQ BIT(7)
#define EDU_IRQ_STATUS 0x24
#define EDU_IRQ_ACK 0x64

struct edu {
	void __iomem *regs;
	struct miscdevice misc;
	struct completion done;
	struct mutex lock;
	u32 result;
};

static irqreturn_t edu_isr(int irq, void *cookie)
{
	struct edu *edu = cookie;
	u32 pending = readl(edu->regs + EDU_IRQ_STATUS);

	if (!pending)
		return IRQ_NONE;
	writel(pending, edu->regs + EDU_IRQ_ACK);
	complete(&edu->done);
	return IRQ_HANDLED;
}

static ssize_t edu_write(struct file *file, const char __user *ubuf, size_t len, loff_t *off)
{
	struct edu *edu = container_of(file->private_data, struct edu, misc);
	u32 n;
	int ret;

	ret = kstrtouint_from_user(ubuf, len, 0, &n);
	if (ret)
		return ret;
	mutex_lock(&edu->lock);
	reinit_completion(&edu->done);
	writel(EDU_STATUS_IRQ, edu->regs + EDU_STATUS);
	writel(n, edu->regs + EDU_FACT);
	if (wait_for_completion_timeout(&edu->done, msecs_to_jiffies(1000)))
		edu->result = readl(edu->regs + EDU_FACT);
	else
		ret = -ETIMEDOUT;
	mutex_unlock(&edu->lock);
	return ret ? ret : len;
}

static ssize_t edu_read(struct file *file, char __user *ubuf, size_t len, loff_t *off)
{
	struct edu *edu = container_of(file->private_data, struct edu, misc);
	char text[16];
	int n = scnprintf(text, sizeof(text), "%u\n", edu->result);

	return simple_read_from_buffer(ubuf, len, off, text, n);
}

static const struct file_operations edu_fops = {
	.owner = THIS_MODULE,
	.read = edu_read,
	.write = edu_write,
	.llseek = no_llseek,
};

static void edu_quiesce(void *data)
{
	struct edu *edu = data;

	writel(0, edu->regs + EDU_STATUS);
}

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *ent)
{
	struct device *dev = &pdev->dev;
	struct edu *edu;
	int ret;

	edu = devm_kzalloc(dev, sizeof(*edu), GFP_KERNEL);
	if (!edu)
		return -ENOMEM;
	ret = pcim_enable_device(pdev);
	if (ret)
		return dev_err_probe(dev, ret, "cannot enable\n");
	ret = pcim_iomap_regions(pdev, BIT(EDU_BAR), KBUILD_MODNAME);
	if (ret)
		return dev_err_probe(dev, ret, "cannot map BAR %d\n", EDU_BAR);
	edu->regs = pcim_iomap_table(pdev)[EDU_BAR];
	init_completion(&edu->done);
	mutex_init(&edu->lock);
	ret = devm_add_action_or_reset(dev, edu_quiesce, edu);
	if (ret)
		return ret;
	ret = devm_request_irq(dev, pdev->irq, edu_isr, IRQF_SHARED, dev_name(dev), edu);
	if (ret)
		return ret;
	edu->misc.minor = MISC_DYNAMIC_MINOR;
	edu->misc.name = devm_kasprintf(dev, GFP_KERNEL, "edu-%s", "fact");
	if (!edu->misc.name)
		return -ENOMEM;
	edu->misc.fops = &edu_fops;
	edu->misc.parent = dev;
	pci_set_drvdata(pdev, edu);
	return misc_register(&edu->misc);
}

static void edu_remove(struct pci_dev *pdev)
{
	struct edu *edu = pci_get_drvdata(pdev);

	misc_deregister(&edu->misc);
}

static const struct pci_device_id edu_table[] = {
	{ PCI_VDEVICE(QEMU, 0x11e8) },
	{ }
};
MODULE_DEVICE_TABLE(pci, edu_table);

static struct pci_driver edu_pci_driver = {
	.name = KBUILD_MODNAME,
	.id_table = edu_table,
	.probe = edu_probe,
	.remove = edu_remove,
};
module_pci_driver(edu_pci_driver);

MODULE_LICENSE("GPL v2");
MODULE_DESCRIPTION("edu, managed");
MODULE_VERSION("1.0");
