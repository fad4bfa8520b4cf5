/* SPDX-License-Identifier: GPL-2.0-only */
/* ISA devices and their drivers. A driver names its device; ports, interrupt and DMA channels are the board's. */
#ifndef LINUX_ISA_H
#define LINUX_ISA_H

#include <linux/device.h>
#include <linux/dma-mapping.h>

struct isa_driver;

struct isa_device {
	struct device dev;
	u64 dma_mask;
	u16 port;
	u8 irq;
	u8 dma8;			/* channel for bytes, 0-3 */
	u8 dma16;			/* channel for 16-bit words, 5-7 */
	struct isa_driver *driver;
};

struct isa_driver {
	const char *name;
	const char *device;
	int (*probe)(struct isa_device *dev);
	void (*remove)(struct isa_device *dev);
};

int isa_register_driver(struct isa_driver *driver);
void isa_unregister_driver(struct isa_driver *driver);

#endif
