// SPDX-License-Identifier: GPL-2.0-only
/*
 * A request's cookie is its address with a generation in the top byte, which processors elsewhere ignore, and not here.
 * needs: kasan
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define GENERATION_SHIFT 56
#define ADDRESS_MASK (~0UL >> (64 - GENERATION_SHIFT))

struct request {
	u32 opcode;
	u32 result;
};

static u64 cookie_of(struct request *request, u8 generation)
{
	return ((unsigned long)request & ADDRESS_MASK) | (u64)generation << GENERATION_SHIFT;
}

static noinline struct request *request_of(u64 cookie)
{
#ifndef FIXED
	return (struct request *)cookie;
#else
	return (struct request *)(cookie | ~ADDRESS_MASK);
#endif
}

static int finish(void __iomem *regs, u64 cookie)
{
	struct request *request = request_of(cookie);

	request->result = readl(regs); /* BUG: kasan-wild-memory-access */
	return request->result == 0x010000ed ? 0 : -EIO;
}

static int cookie_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct request *request;
	void __iomem *regs;
	int err = pcim_enable_device(pdev);

	if (err)
		return err;
	regs = pcim_iomap(pdev, 0, 0);
	request = regs ? kzalloc(sizeof(*request), GFP_KERNEL) : NULL;
	if (!request)
		return -ENOMEM;
	err = finish(regs, cookie_of(request, 0x5a));
	kfree(request);
	return err;
}

static const struct pci_device_id cookie_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
static struct pci_driver cookie_driver = {
	.name = "tagged_cookie",
	.id_table = cookie_ids,
	.probe = cookie_probe,
};
module_pci_driver(cookie_driver);
MODULE_LICENSE("GPL");
