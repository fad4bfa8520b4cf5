/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices whose drivers are mostly in user space: it maps their registers, and reads how many interrupts there were. */
#ifndef LINUX_UIO_DRIVER_H
#define LINUX_UIO_DRIVER_H

#include <linux/device.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/types.h>

#define MAX_UIO_MAPS 5
#define MAX_UIO_PORT_REGIONS 5

#define UIO_IRQ_CUSTOM (-1)
#define UIO_IRQ_NONE 0

#define UIO_MEM_NONE 0
#define UIO_MEM_PHYS 1
#define UIO_MEM_LOGICAL 2
#define UIO_MEM_VIRTUAL 3
#define UIO_MEM_IOVA 4

#define UIO_PORT_NONE 0
#define UIO_PORT_X86 1
#define UIO_PORT_GPIO 2
#define UIO_PORT_OTHER 3

struct uio_device;

struct uio_mem {
	const char *name;
	phys_addr_t addr;		/* or a virtual address, by `memtype` */
	unsigned long offs;
	resource_size_t size;		/* 0 ends the list */
	int memtype;
	void __iomem *internal_addr;
};

struct uio_port {
	const char *name;
	unsigned long start, size;
	int porttype;
};

struct uio_info {
	struct uio_device *uio_dev;
	const char *name;
	const char *version;
	struct uio_mem mem[MAX_UIO_MAPS];
	struct uio_port port[MAX_UIO_PORT_REGIONS];
	long irq;
	unsigned long irq_flags;
	void *priv;
	irqreturn_t (*handler)(int irq, struct uio_info *info);
	int (*mmap)(struct uio_info *info, struct vm_area_struct *vma);
	int (*open)(struct uio_info *info, struct inode *inode);
	int (*release)(struct uio_info *info, struct inode *inode);
	int (*irqcontrol)(struct uio_info *info, s32 irq_on);
};

int __must_check __uio_register_device(struct module *owner, struct device *parent, struct uio_info *info);
int __must_check __devm_uio_register_device(struct module *owner, struct device *parent, struct uio_info *info);
#define uio_register_device(parent, info) __uio_register_device(THIS_MODULE, (parent), (info))
#define devm_uio_register_device(parent, info) __devm_uio_register_device(THIS_MODULE, (parent), (info))
void uio_unregister_device(struct uio_info *info);
void uio_event_notify(struct uio_info *info);

#endif
