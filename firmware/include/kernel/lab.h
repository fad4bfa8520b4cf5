/* SPDX-License-Identifier: GPL-2.0-only */
/* What guest code may tell the laboratory, and ask of it, beyond Linux's own functions. */
#ifndef KERNEL_LAB_H
#define KERNEL_LAB_H

#include <kernel/device.h>
#include <linux/types.h>

/* Let the host look at the machine. */
void checkpoint(const char *name);

/* Say how a transfer ended as the driver sees it: 0, or a negative errno. */
void transfer_result(struct device *dev, dma_addr_t dma_addr, size_t size, enum dma_data_direction direction,
		     int error);

/* Say that a driver has let go of its device: what it left mapped is a leak. */
void driver_unbound(struct device *dev);

/* Find `name=` on the kernel's command line: 1 and its value, cut to `size`; or 0. A flag stands there alone. */
int command_line_option(const char *name, char *value, size_t size);
int command_line_flag(const char *name);
unsigned long command_line_number(const char *name, unsigned long otherwise);

#endif
