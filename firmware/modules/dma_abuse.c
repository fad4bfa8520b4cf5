// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver for edu that breaks one rule of DMA: dma_abuse=WHAT on the command line; with dma_abuse=WHAT-not it does the
 * same in the right way. The line that breaks the rule is marked, for whoever checks that it is the one reported.
 */
#include <asm/page.h>
#include <kernel/lab.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../drivers/edu.h"

#define BYTES 256
#define GFP_BUFFER (GFP_KERNEL | GFP_DMA)

/* A macro, so that the line that is told of is the one that maps. */
#define map(dev, buffer, length, direction) ({							\
	dma_addr_t _dma_addr = dma_map_single((dev), (buffer), (length), (direction));		\
												\
	if (dma_mapping_error((dev), _dma_addr))						\
		printk(KERN_ERR "dma_abuse: cannot map %p\n", (void *)(buffer));			\
	_dma_addr;										\
})

struct abuse {
	const char *name;
	int (*run)(struct device *dev, void __iomem *regs, int right);
};

static void transfer(void __iomem *regs, u64 src, u64 dst, u32 length, u32 direction)
{
	iowrite32(src, regs + EDU_DMA_SRC);
	iowrite32(dst, regs + EDU_DMA_DST);
	iowrite32(length, regs + EDU_DMA_COUNT);
	wmb();
	iowrite32(EDU_DMA_RUN | direction, regs + EDU_DMA_COMMAND);
}

static void wait_for_edu(void __iomem *regs)
{
	while (ioread32(regs + EDU_DMA_COMMAND) & EDU_DMA_RUN)
		msleep(10);
}

static void send(void __iomem *regs, u64 dma_addr, u32 length)
{
	transfer(regs, dma_addr, EDU_BUFFER, length, EDU_DMA_FROM_RAM);
	wait_for_edu(regs);
}

static void receive(void __iomem *regs, u64 dma_addr, u32 length)
{
	transfer(regs, EDU_BUFFER, dma_addr, length, EDU_DMA_TO_RAM);
	wait_for_edu(regs);
}

static int unmapped(struct device *dev, void __iomem *regs, int right)
{
	u8 *buffer = kzalloc(BYTES, GFP_BUFFER);
	dma_addr_t dma_addr = right ? map(dev, buffer, BYTES, DMA_TO_DEVICE) : __pa(buffer);

	send(regs, dma_addr, BYTES);
	if (right)
		dma_unmap_single(dev, dma_addr, BYTES, DMA_TO_DEVICE);
	kfree(buffer);
	return 0;
}

static int after_unmap(struct device *dev, void __iomem *regs, int right)
{
	u8 *buffer = kzalloc(BYTES, GFP_BUFFER);
	dma_addr_t dma_addr = map(dev, buffer, BYTES, DMA_FROM_DEVICE);

	transfer(regs, EDU_BUFFER, dma_addr, BYTES, EDU_DMA_TO_RAM);
	if (right)
		wait_for_edu(regs);
	dma_unmap_single(dev, dma_addr, BYTES, DMA_FROM_DEVICE); /* abuse: after_unmap */
	wait_for_edu(regs);
	kfree(buffer);
	return 0;
}

static int past_mapping(struct device *dev, void __iomem *regs, int right)
{
	u8 *buffer = kzalloc(BYTES, GFP_BUFFER);
	dma_addr_t dma_addr = map(dev, buffer, BYTES / 2, DMA_FROM_DEVICE); /* abuse: past_mapping */

	receive(regs, dma_addr, right ? BYTES / 2 : BYTES);
	dma_unmap_single(dev, dma_addr, BYTES / 2, DMA_FROM_DEVICE);
	kfree(buffer);
	return 0;
}

static int against_direction(struct device *dev, void __iomem *regs, int right)
{
	enum dma_data_direction direction = right ? DMA_FROM_DEVICE : DMA_TO_DEVICE;
	u8 *buffer = kzalloc(BYTES, GFP_BUFFER);
	dma_addr_t dma_addr = map(dev, buffer, BYTES, direction); /* abuse: against_direction */

	receive(regs, dma_addr, BYTES);
	dma_unmap_single(dev, dma_addr, BYTES, direction);
	kfree(buffer);
	return 0;
}

static int free_while_mapped(struct device *dev, void __iomem *regs, int right)
{
	u8 *buffer = kzalloc(BYTES, GFP_BUFFER);
	dma_addr_t dma_addr = map(dev, buffer, BYTES, DMA_FROM_DEVICE);

	if (!right)
		kfree(buffer); /* abuse: free_while_mapped */
	receive(regs, dma_addr, BYTES);
	dma_unmap_single(dev, dma_addr, BYTES, DMA_FROM_DEVICE);
	if (right)
		kfree(buffer);
	return 0;
}

static int free_page_while_mapped(struct device *dev, void __iomem *regs, int right)
{
	unsigned long page = __get_free_pages(GFP_BUFFER, 1);
	dma_addr_t dma_addr = map(dev, (void *)page + PAGE_SIZE, BYTES, DMA_FROM_DEVICE);

	if (!right)
		free_pages(page, 1); /* abuse: free_page_while_mapped */
	receive(regs, dma_addr, BYTES);
	dma_unmap_single(dev, dma_addr, BYTES, DMA_FROM_DEVICE);
	if (right)
		free_pages(page, 1);
	return 0;
}

static int map_freed(struct device *dev, void __iomem *regs, int right)
{
	u8 *buffer = kzalloc(BYTES, GFP_BUFFER);
	dma_addr_t dma_addr;

	if (!right)
		kfree(buffer);
	dma_addr = map(dev, buffer, BYTES, DMA_TO_DEVICE); /* abuse: map_freed */
	send(regs, dma_addr, BYTES);
	dma_unmap_single(dev, dma_addr, BYTES, DMA_TO_DEVICE);
	if (right)
		kfree(buffer);
	return 0;
}

static int cpu_write(struct device *dev, void __iomem *regs, int right)
{
	volatile u8 *buffer = kzalloc(BYTES, GFP_BUFFER);
	dma_addr_t dma_addr = map(dev, (void *)buffer, BYTES, DMA_FROM_DEVICE);

	if (!right)
		buffer[7] = 1; /* abuse: cpu_write */
	receive(regs, dma_addr, BYTES);
	dma_unmap_single(dev, dma_addr, BYTES, DMA_FROM_DEVICE);
	buffer[8] = 1;
	kfree((void *)buffer);
	return 0;
}

static int cpu_read(struct device *dev, void __iomem *regs, int right)
{
	volatile u8 *buffer = kzalloc(BYTES, GFP_BUFFER);
	dma_addr_t dma_addr = map(dev, (void *)buffer, BYTES, DMA_FROM_DEVICE);
	u8 first = 0;

	receive(regs, dma_addr, BYTES);
	if (!right)
		first = buffer[0]; /* abuse: cpu_read */
	dma_unmap_single(dev, dma_addr, BYTES, DMA_FROM_DEVICE);
	if (right)
		first = buffer[0];
	kfree((void *)buffer);
	return first ? -EIO : 0;
}

/* Two lists are received; the CPU is given the one, and reads the other. */
static int other_list(struct device *dev, void __iomem *regs, int right)
{
	struct scatterlist lists[2];
	volatile u8 *buffers[2], first;

	for (int i = 0; i < 2; i++) {
		buffers[i] = kzalloc(BYTES, GFP_BUFFER);
		sg_init_one(&lists[i], (void *)buffers[i], BYTES);
		if (dma_map_sg(dev, &lists[i], 1, DMA_FROM_DEVICE) != 1)
			return -EIO;
		receive(regs, sg_dma_address(&lists[i]), BYTES);
	}
	dma_sync_sg_for_cpu(dev, &lists[right], 1, DMA_FROM_DEVICE);
	first = buffers[1][0]; /* abuse: other_list */
	for (int i = 0; i < 2; i++) {
		dma_unmap_sg(dev, &lists[i], 1, DMA_FROM_DEVICE);
		kfree((void *)buffers[i]);
	}
	return first ? -EIO : 0;
}

static int unsynced_write(struct device *dev, void __iomem *regs, int right)
{
	volatile u32 *buffer = kzalloc(BYTES, GFP_BUFFER);
	dma_addr_t dma_addr;

	if (right)
		buffer[3] = 5;
	dma_addr = map(dev, (void *)buffer, BYTES, DMA_TO_DEVICE);
	if (!right)
		buffer[3] = 5; /* abuse: unsynced_write */
	send(regs, dma_addr, BYTES);
	dma_unmap_single(dev, dma_addr, BYTES, DMA_TO_DEVICE);
	kfree((void *)buffer);
	return 0;
}

struct lines {
	u8 data[40];
	volatile u32 count;
	u8 rest[BYTES];
};

static int shared_line(struct device *dev, void __iomem *regs, int right)
{
	struct lines *lines = kzalloc(sizeof(*lines), GFP_BUFFER);
	dma_addr_t dma_addr = map(dev, lines->data, sizeof(lines->data), DMA_FROM_DEVICE);

	if (!right)
		lines->count++; /* abuse: shared_line */
	receive(regs, dma_addr, sizeof(lines->data));
	lines->rest[BYTES / 2]++;
	dma_unmap_single(dev, dma_addr, sizeof(lines->data), DMA_FROM_DEVICE);
	lines->count++;
	kfree(lines);
	return 0;
}

static int uninitialized(struct device *dev, void __iomem *regs, int right)
{
	u8 *buffer = kmalloc(BYTES, GFP_BUFFER); /* abuse: uninitialized */
	dma_addr_t dma_addr;

	memset(buffer, 0, right ? BYTES : BYTES - 7);
	dma_addr = map(dev, buffer, BYTES, DMA_TO_DEVICE);
	send(regs, dma_addr, BYTES);
	dma_unmap_single(dev, dma_addr, BYTES, DMA_TO_DEVICE);
	kfree(buffer);
	return 0;
}

/* Data comes back from the device; on a machine that is not coherent only the unmapping lets the CPU see it. */
static int stale(struct device *dev, void __iomem *regs, int right)
{
	volatile u8 *out = kzalloc(BYTES, GFP_BUFFER), *in = kzalloc(BYTES, GFP_BUFFER);
	dma_addr_t dma_addr;
	int before;

	out[9] = 171;
	dma_addr = map(dev, (void *)out, BYTES, DMA_TO_DEVICE);
	send(regs, dma_addr, BYTES);
	dma_unmap_single(dev, dma_addr, BYTES, DMA_TO_DEVICE);
	dma_addr = map(dev, (void *)in, BYTES, DMA_FROM_DEVICE);
	receive(regs, dma_addr, BYTES);
	before = right ? 0 : in[9]; /* abuse: stale */
	dma_unmap_single(dev, dma_addr, BYTES, DMA_FROM_DEVICE);
	printk("dma_abuse: %d before, %d after\n", before, in[9]);
	kfree((void *)in);
	kfree((void *)out);
	return 0;
}

static const struct abuse abuses[] = {
	{ "unmapped", unmapped },
	{ "after_unmap", after_unmap },
	{ "past_mapping", past_mapping },
	{ "against_direction", against_direction },
	{ "free_while_mapped", free_while_mapped },
	{ "free_page_while_mapped", free_page_while_mapped },
	{ "map_freed", map_freed },
	{ "cpu_write", cpu_write },
	{ "cpu_read", cpu_read },
	{ "other_list", other_list },
	{ "unsynced_write", unsynced_write },
	{ "shared_line", shared_line },
	{ "uninitialized", uninitialized },
	{ "stale", stale },
};

static int abuse_run(struct device *dev, void __iomem *regs)
{
	char what[40];
	size_t length;
	int right;

	if (!command_line_option("dma_abuse", what, sizeof(what)))
		return -EINVAL;
	length = strlen(what);
	right = length > 4 && !strcmp(what + length - 4, "-not");
	if (right)
		what[length - 4] = 0;
	for (size_t i = 0; i < ARRAY_SIZE(abuses); i++)
		if (!strcmp(abuses[i].name, what))
			return abuses[i].run(dev, regs, right);
	return -EINVAL;
}

static int abuse_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int error = pci_enable_device(pdev);
	void __iomem *regs;

	if (error)
		return error;
	regs = pci_iomap(pdev, 0, 0);
	if (!regs || pci_set_dma_mask(pdev, DMA_28BIT_MASK)) {
		pci_disable_device(pdev);
		return -EIO;
	}
	pci_set_drvdata(pdev, regs);
	pci_set_master(pdev);
	return abuse_run(&pdev->dev, regs);
}

static void abuse_remove(struct pci_dev *pdev)
{
	pci_clear_master(pdev);
	pci_iounmap(pdev, pci_get_drvdata(pdev));
	pci_disable_device(pdev);
}

static const struct pci_device_id abuse_ids[] = {
	{ PCI_DEVICE(EDU_VENDOR, EDU_DEVICE) },
	{ }
};

static struct pci_driver abuse_driver = {
	.name = "dma_abuse",
	.id_table = abuse_ids,
	.probe = abuse_probe,
	.remove = abuse_remove,
};

static int abuse_init(void)
{
	return pci_register_driver(&abuse_driver);
}

static void abuse_exit(void)
{
	pci_unregister_driver(&abuse_driver);
}

module_init(abuse_init);
module_exit(abuse_exit);
MODULE_LICENSE("GPL");
