/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers in memory and ports. */
#ifndef LINUX_IO_H
#define LINUX_IO_H

#include <asm/barrier.h>
#include <asm/io.h>
#include <asm/page.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/types.h>

/* A cookie for a port is its number on top of this; no register in memory lies so low. */
#define PIO_OFFSET 0x10000UL
#define PIO_END 0x20000UL
#define __is_port(addr) ((unsigned long)(addr) - PIO_OFFSET < PIO_END - PIO_OFFSET)

#define DEFINE_IOMAP(bits, type, suffix)						\
static inline type ioread##bits(const volatile void __iomem *addr)			\
{											\
	return __is_port(addr) ? (type)in##suffix((unsigned long)addr - PIO_OFFSET) : read##suffix(addr); \
}											\
static inline void iowrite##bits(type value, volatile void __iomem *addr)		\
{											\
	if (__is_port(addr))								\
		out##suffix(value, (unsigned long)addr - PIO_OFFSET);			\
	else										\
		write##suffix(value, addr);						\
}											\
static inline void ioread##bits##_rep(const volatile void __iomem *addr, void *to, unsigned long count) \
{											\
	for (type *at = to; count--; at++)						\
		*at = ioread##bits(addr);						\
}											\
static inline void iowrite##bits##_rep(volatile void __iomem *addr, const void *from, unsigned long count) \
{											\
	for (const type *at = from; count--; at++)					\
		iowrite##bits(*at, addr);						\
}

DEFINE_IOMAP(8, u8, b)
DEFINE_IOMAP(16, u16, w)
DEFINE_IOMAP(32, u32, l)

static inline u64 ioread64(const volatile void __iomem *addr)
{
	return readq(addr);
}

static inline void iowrite64(u64 value, volatile void __iomem *addr)
{
	writeq(value, addr);
}

#define ioread64 ioread64
#define iowrite64 iowrite64
#define ioread32 ioread32
#define iowrite32 iowrite32
#define ioread16be(addr) __builtin_bswap16(ioread16(addr))
#define ioread32be(addr) __builtin_bswap32(ioread32(addr))
#define iowrite16be(value, addr) iowrite16(__builtin_bswap16(value), (addr))
#define iowrite32be(value, addr) iowrite32(__builtin_bswap32(value), (addr))
#define readsb ioread8_rep
#define readsw ioread16_rep
#define readsl ioread32_rep
#define writesb iowrite8_rep
#define writesw iowrite16_rep
#define writesl iowrite32_rep
#define inb_p inb
#define outb_p outb

static inline u64 lo_hi_readq(const volatile void __iomem *addr)
{
	u32 low = readl(addr);

	return low | (u64)readl((const volatile char *)addr + 4) << 32;
}

static inline void lo_hi_writeq(u64 value, volatile void __iomem *addr)
{
	writel((u32)value, addr);
	writel((u32)(value >> 32), (volatile char *)addr + 4);
}

static inline u64 hi_lo_readq(const volatile void __iomem *addr)
{
	u64 high = readl((const volatile char *)addr + 4);

	return high << 32 | readl(addr);
}

static inline void hi_lo_writeq(u64 value, volatile void __iomem *addr)
{
	writel((u32)(value >> 32), (volatile char *)addr + 4);
	writel((u32)value, addr);
}

void memcpy_fromio(void *to, const volatile void __iomem *from, size_t length);
void memcpy_toio(volatile void __iomem *to, const void *from, size_t length);
void memset_io(volatile void __iomem *to, int byte, size_t length);
void __iowrite32_copy(void __iomem *to, const void *from, size_t count);
void __ioread32_copy(void *to, const void __iomem *from, size_t count);

void __iomem *ioremap(u64 phys, size_t size);
void __iomem *ioremap_nocache(u64 phys, size_t size);
void iounmap(volatile void __iomem *addr);
void __iomem *ioport_map(unsigned long port, unsigned int count);
void ioport_unmap(void __iomem *addr);
#define ioremap_uc ioremap
#define ioremap_cache ioremap
#define ioremap_wc ioremap
#define ioremap_wt ioremap
#define ioremap_np ioremap
#define memremap(phys, size, flags) ((void *)ioremap((phys), (size)))
#define memunmap(addr) iounmap(addr)
#define arch_phys_wc_add(start, size) (0)
#define arch_phys_wc_del(handle) do { (void)(handle); } while (0)

#endif
