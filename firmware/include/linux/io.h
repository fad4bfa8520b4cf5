/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers in memory and ports. */
#ifndef LINUX_IO_H
#define LINUX_IO_H

#include <asm/io.h>
#include <linux/compiler.h>
#include <linux/types.h>

#define ioread8(addr) readb(addr)
#define ioread16(addr) readw(addr)
#define ioread32(addr) readl(addr)
#define ioread64(addr) readq(addr)
#define iowrite8(value, addr) writeb((value), (addr))
#define iowrite16(value, addr) writew((value), (addr))
#define iowrite32(value, addr) writel((value), (addr))
#define iowrite64(value, addr) writeq((value), (addr))

void __iomem *ioremap(u64 phys, size_t size);
void __iomem *ioremap_nocache(u64 phys, size_t size);
void iounmap(volatile void __iomem *addr);

#define mb() __asm__ volatile("mfence" : : : "memory")
#define rmb() __asm__ volatile("lfence" : : : "memory")
#define wmb() __asm__ volatile("sfence" : : : "memory")

#endif
