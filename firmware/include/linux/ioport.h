/* SPDX-License-Identifier: GPL-2.0-only */
/* Who has which addresses. */
#ifndef LINUX_IOPORT_H
#define LINUX_IOPORT_H

#include <linux/compiler.h>
#include <linux/types.h>

#define IORESOURCE_BITS 0x000000ff
#define IORESOURCE_TYPE_BITS 0x00001f00
#define IORESOURCE_IO 0x00000100
#define IORESOURCE_MEM 0x00000200
#define IORESOURCE_IRQ 0x00000400
#define IORESOURCE_DMA 0x00000800
#define IORESOURCE_IRQ_HIGHEDGE 0x1
#define IORESOURCE_IRQ_LOWLEVEL 0x8
#define IORESOURCE_IRQ_SHAREABLE 0x10
#define IORESOURCE_PREFETCH 0x00002000
#define IORESOURCE_READONLY 0x00004000
#define IORESOURCE_CACHEABLE 0x00008000
#define IORESOURCE_SIZEALIGN 0x00040000
#define IORESOURCE_STARTALIGN 0x00080000
#define IORESOURCE_MEM_64 0x00100000
#define IORESOURCE_EXCLUSIVE 0x08000000
#define IORESOURCE_BUSY 0x80000000

struct resource {
	resource_size_t start;
	resource_size_t end;		/* inclusive */
	const char *name;		/* of a BAR, while requested: of whoever has it */
	unsigned long flags;		/* 0: there is no such BAR */
	unsigned long desc;
	struct resource *parent, *sibling, *child;
};

#define DEFINE_RES_NAMED(_start, _size, _name, _flags)					\
	{ .start = (_start), .end = (_start) + (_size) - 1, .name = (_name), .flags = (_flags) }
#define DEFINE_RES_MEM(start, size) DEFINE_RES_NAMED((start), (size), NULL, IORESOURCE_MEM)
#define DEFINE_RES_MEM_NAMED(start, size, name) DEFINE_RES_NAMED((start), (size), (name), IORESOURCE_MEM)
#define DEFINE_RES_IO(start, size) DEFINE_RES_NAMED((start), (size), NULL, IORESOURCE_IO)
#define DEFINE_RES_IRQ(irq) DEFINE_RES_NAMED((irq), 1, NULL, IORESOURCE_IRQ)
#define DEFINE_RES_IRQ_NAMED(irq, name) DEFINE_RES_NAMED((irq), 1, (name), IORESOURCE_IRQ)
#define DEFINE_RES_DMA(channel) DEFINE_RES_NAMED((channel), 1, NULL, IORESOURCE_DMA)

static inline resource_size_t resource_size(const struct resource *resource)
{
	return resource->end - resource->start + 1;
}

static inline unsigned long resource_type(const struct resource *resource)
{
	return resource->flags & IORESOURCE_TYPE_BITS;
}

struct resource *__request_region(unsigned long type, resource_size_t start, resource_size_t length, const char *name);
void __release_region(unsigned long type, resource_size_t start, resource_size_t length);
#define request_region(start, length, name) __request_region(IORESOURCE_IO, (start), (length), (name))
#define request_mem_region(start, length, name) __request_region(IORESOURCE_MEM, (start), (length), (name))
#define request_mem_region_exclusive request_mem_region
#define release_region(start, length) __release_region(IORESOURCE_IO, (start), (length))
#define release_mem_region(start, length) __release_region(IORESOURCE_MEM, (start), (length))

#endif
