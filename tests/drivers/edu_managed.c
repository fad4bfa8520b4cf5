// SPDX-License-Identifier: GPL-2.0-only
/* All of it managed: memory for DMA, a pool of it, a message, regions, a file by an action; a queue of what was done. */
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/kfifo.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/uaccess.h>

#define DEVICE_BUFFER 0x40000
#define BUFFER_BYTES 256
#define REG_IRQ_STATUS 0x24
#define REG_IRQ_ACK 0x64
#define REG_DMA_SRC 0x80
#define REG_DMA_DST 0x88
#define REG_DMA_COUNT 0x90
#define REG_DMA_CMD 0x98

struct managed {
	void __iomem *regs;
	u8 *out, *in;
	dma_addr_t out_bus, in_bus;
	struct completion done;
	struct mutex lock;
	struct miscdevice misc;
	DECLARE_KFIFO(events, u32, 16);
};

static irqreturn_t managed_irq(int irq, void *dev_id)
{
	struct managed *edu = dev_id;
	u32 status = readl(edu->regs + REG_IRQ_STATUS);

	if (!status)
		return IRQ_NONE;
	writel(status, edu->regs + REG_IRQ_ACK);
	kfifo_put(&edu->events, status);
	complete(&edu->done);
	return IRQ_HANDLED;
}

static int transfer(struct managed *edu, u64 src, u64 dst, u32 command)
{
	reinit_completion(&edu->done);
	writeq(src, edu->regs + REG_DMA_SRC);
	writeq(dst, edu->regs + REG_DMA_DST);
	writeq(BUFFER_BYTES, edu->regs + REG_DMA_COUNT);
	writeq(command, edu->regs + REG_DMA_CMD);
	return wait_for_completion_timeout(&edu->done, HZ) ? 0 : -ETIMEDOUT;
}

/* Through the device and back, turned round in between. */
static ssize_t managed_write(struct file *file, const char __user *buf, size_t count, loff_t *at)
{
	struct managed *edu = container_of(file->private_data, struct managed, misc);
	int error;

	if (count > BUFFER_BYTES)
		return -EINVAL;
	mutex_lock(&edu->lock);
	error = copy_from_user(edu->out, buf, count) ? -EFAULT : 0;
	if (!error)
		error = transfer(edu, edu->out_bus, DEVICE_BUFFER, 1 | 4);
	if (!error)
		error = transfer(edu, DEVICE_BUFFER, edu->in_bus, 1 | 2 | 4);
	mutex_unlock(&edu->lock);
	return error ? error : (ssize_t)count;
}

static ssize_t managed_read(struct file *file, char __user *buf, size_t count, loff_t *at)
{
	struct managed *edu = container_of(file->private_data, struct managed, misc);

	return simple_read_from_buffer(buf, count, at, edu->in, BUFFER_BYTES);
}

/* How many interrupts there were; they are forgotten then. */
static long managed_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct managed *edu = container_of(file->private_data, struct managed, misc);
	u32 events[16];

	return kfifo_out(&edu->events, events, ARRAY_SIZE(events));
}

static const struct file_operations managed_fops = {
	.owner = THIS_MODULE,
	.read = managed_read,
	.write = managed_write,
	.unlocked_ioctl = managed_ioctl,
	.llseek = default_llseek,
};

static void managed_unregister(void *data)
{
	misc_deregister(data);
}

static int managed_memory(struct pci_dev *pdev, struct managed *edu)
{
	struct dma_pool *pool;

	edu->out = dmam_alloc_coherent(&pdev->dev, PAGE_SIZE, &edu->out_bus, GFP_KERNEL);
	pool = dmam_pool_create("managed", &pdev->dev, BUFFER_BYTES, 64, 0);
	if (!edu->out || !pool)
		return -ENOMEM;
	edu->in = dma_pool_zalloc(pool, GFP_KERNEL, &edu->in_bus);
	if (!edu->in)
		return -ENOMEM;
	dma_pool_free(pool, edu->in, edu->in_bus);
	dmam_pool_destroy(pool);
	edu->in = dmam_alloc_coherent(&pdev->dev, BUFFER_BYTES, &edu->in_bus, GFP_KERNEL | __GFP_ZERO);
	return edu->in ? 0 : -ENOMEM;
}

static int managed_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct managed *edu = devm_kzalloc(&pdev->dev, sizeof(*edu), GFP_KERNEL);
	int error;

	if (!edu)
		return -ENOMEM;
	error = pcim_enable_device(pdev);
	if (!error)
		error = pcim_iomap_regions(pdev, BIT(0), KBUILD_MODNAME);
	if (!error)
		error = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(28));
	if (!error)
		error = managed_memory(pdev, edu);
	if (error)
		return dev_err_probe(&pdev->dev, error, "no resources\n");
	edu->regs = pcim_iomap_table(pdev)[0];
	INIT_KFIFO(edu->events);
	init_completion(&edu->done);
	mutex_init(&edu->lock);
	pci_set_master(pdev);
	error = pci_alloc_irq_vectors(pdev, 1, 4, PCI_IRQ_ALL_TYPES);
	if (error < 0)
		return error;
	error = devm_request_irq(&pdev->dev, pci_irq_vector(pdev, 0), managed_irq, 0, KBUILD_MODNAME, edu);
	if (error)
		return error;
	edu->misc = (struct miscdevice) {
		.minor = MISC_DYNAMIC_MINOR, .name = "managed", .nodename = "lab/managed", .fops = &managed_fops,
		.parent = &pdev->dev,
	};
	error = misc_register(&edu->misc);
	return error ? error : devm_add_action_or_reset(&pdev->dev, managed_unregister, &edu->misc);
}

static const struct pci_device_id managed_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8) },
	{ }
};
MODULE_DEVICE_TABLE(pci, managed_ids);

static struct pci_driver managed_driver = {
	.name = KBUILD_MODNAME,
	.id_table = managed_ids,
	.probe = managed_probe,
};
module_pci_driver(managed_driver);
MODULE_LICENSE("GPL");
