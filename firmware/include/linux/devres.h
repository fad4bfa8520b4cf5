/* SPDX-License-Identifier: GPL-2.0-only */
/* What a driver's device gives back by itself when the driver lets go of it, the last first. */
#ifndef LINUX_DEVRES_H
#define LINUX_DEVRES_H

#include <kernel/device.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/stdarg.h>

typedef void (*dr_release_t)(struct device *dev, void *res);
typedef int (*dr_match_t)(struct device *dev, void *res, void *match_data);

void *devres_alloc(dr_release_t release, size_t size, gfp_t gfp_mask);
void devres_free(void *res);
void devres_add(struct device *dev, void *res);
void *devres_find(struct device *dev, dr_release_t release, dr_match_t match, void *match_data);
void *devres_remove(struct device *dev, dr_release_t release, dr_match_t match, void *match_data);
int devres_destroy(struct device *dev, dr_release_t release, dr_match_t match, void *match_data);
int devres_release(struct device *dev, dr_release_t release, dr_match_t match, void *match_data);
int devres_release_all(struct device *dev);

void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp_mask);
void devm_kfree(struct device *dev, const void *objp);
char *devm_kstrdup(struct device *dev, const char *text, gfp_t gfp_mask);
void *devm_kmemdup(struct device *dev, const void *data, size_t length, gfp_t gfp_mask);
char *devm_kasprintf(struct device *dev, gfp_t gfp_mask, const char *format, ...) __printf(3, 4);
unsigned long devm_get_free_pages(struct device *dev, gfp_t gfp_mask, unsigned int order);
void devm_free_pages(struct device *dev, unsigned long addr);

static inline void *devm_kzalloc(struct device *dev, size_t size, gfp_t gfp_mask)
{
	return devm_kmalloc(dev, size, gfp_mask | __GFP_ZERO);
}

static inline void *devm_kmalloc_array(struct device *dev, size_t n, size_t size, gfp_t gfp_mask)
{
	return size && n > ~0UL / size ? NULL : devm_kmalloc(dev, n * size, gfp_mask);
}

static inline void *devm_kcalloc(struct device *dev, size_t n, size_t size, gfp_t gfp_mask)
{
	return devm_kmalloc_array(dev, n, size, gfp_mask | __GFP_ZERO);
}

int devm_add_action(struct device *dev, void (*action)(void *data), void *data);
int devm_add_action_or_reset(struct device *dev, void (*action)(void *data), void *data);
void devm_remove_action(struct device *dev, void (*action)(void *data), void *data);
void devm_release_action(struct device *dev, void (*action)(void *data), void *data);

void __iomem *devm_ioremap(struct device *dev, resource_size_t phys, resource_size_t size);
void __iomem *devm_ioremap_wc(struct device *dev, resource_size_t phys, resource_size_t size);
#define devm_ioremap_nocache devm_ioremap
#define devm_ioremap_uc devm_ioremap
void devm_iounmap(struct device *dev, void __iomem *addr);
void __iomem *devm_ioremap_resource(struct device *dev, const struct resource *resource);
struct resource *__devm_request_region(struct device *dev, unsigned long type, resource_size_t start,
				       resource_size_t length, const char *name);
void __devm_release_region(struct device *dev, unsigned long type, resource_size_t start, resource_size_t length);
#define devm_request_region(dev, start, length, name) \
	__devm_request_region((dev), IORESOURCE_IO, (start), (length), (name))
#define devm_release_region(dev, start, length) __devm_release_region((dev), IORESOURCE_IO, (start), (length))
#define devm_request_mem_region(dev, start, length, name) \
	__devm_request_region((dev), IORESOURCE_MEM, (start), (length), (name))
#define devm_release_mem_region(dev, start, length) __devm_release_region((dev), IORESOURCE_MEM, (start), (length))

int __must_check devm_device_add_group(struct device *dev, const struct attribute_group *group);
int __must_check devm_device_add_groups(struct device *dev, const struct attribute_group **groups);

#endif
