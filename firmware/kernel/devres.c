// SPDX-License-Identifier: GPL-2.0-only
/* What a device gives back when its driver lets go. drivers/base/devres.c, lib/devres.c */
#include <linux/device.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kernel.h"

struct devres {
	struct list_head entry;
	dr_release_t release;
	size_t size;			/* of what follows */
} ____cacheline_aligned;		/* and of lines of its own: drivers take buffers for DMA from here */

#define res_of(devres) ((void *)((devres) + 1))
#define devres_of(res) ((struct devres *)(res) - 1)

void *devres_alloc(dr_release_t release, size_t size, gfp_t gfp_mask)
{
	struct devres *devres = kmalloc(sizeof(*devres) + size, gfp_mask | __GFP_ZERO);

	if (!devres)
		return NULL;
	INIT_LIST_HEAD(&devres->entry);
	devres->release = release;
	devres->size = size;
	return res_of(devres);
}

void devres_free(void *res)
{
	if (res)
		kfree(devres_of(res));
}

void devres_add(struct device *dev, void *res)
{
	if (!dev->devres_head.next)
		INIT_LIST_HEAD(&dev->devres_head);
	list_add_tail(&devres_of(res)->entry, &dev->devres_head);
}

void *devres_find(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	struct devres *devres;

	if (!dev->devres_head.next)
		return NULL;
	list_for_each_entry_reverse(devres, &dev->devres_head, entry)
		if (devres->release == release && (!match || match(dev, res_of(devres), match_data)))
			return res_of(devres);
	return NULL;
}

void *devres_remove(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	void *res = devres_find(dev, release, match, match_data);

	if (res)
		list_del_init(&devres_of(res)->entry);
	return res;
}

int devres_destroy(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	void *res = devres_remove(dev, release, match, match_data);

	devres_free(res);
	return res ? 0 : -ENOENT;
}

int devres_release(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	void *res = devres_remove(dev, release, match, match_data);

	if (!res)
		return -ENOENT;
	release(dev, res);
	devres_free(res);
	return 0;
}

int devres_release_all(struct device *dev)
{
	int count = 0;

	while (dev->devres_head.next && !list_empty(&dev->devres_head)) {
		struct devres *last = list_last_entry(&dev->devres_head, struct devres, entry);

		list_del_init(&last->entry);
		last->release(dev, res_of(last));
		kfree(last);
		count++;
	}
	return count;
}

static void release_nothing(struct device *dev, void *res)
{
}

static int is_res(struct device *dev, void *res, void *data)
{
	return res == data;
}

static int holds_pointer(struct device *dev, void *res, void *data)
{
	return *(void **)res == data;
}

void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp_mask)
{
	void *res;

	if (!size)
		return ZERO_SIZE_PTR;
	res = devres_alloc(release_nothing, size, gfp_mask);
	if (res)
		devres_add(dev, res);
	return res;
}

void devm_kfree(struct device *dev, const void *objp)
{
	if (ZERO_OR_NULL_PTR(objp))
		return;
	WARN_ON(devres_destroy(dev, release_nothing, is_res, (void *)objp));
}

void *devm_kmemdup(struct device *dev, const void *data, size_t length, gfp_t gfp_mask)
{
	void *copy = devm_kmalloc(dev, length, gfp_mask);

	return copy ? memcpy(copy, data, length) : NULL;
}

char *devm_kstrdup(struct device *dev, const char *text, gfp_t gfp_mask)
{
	return text ? devm_kmemdup(dev, text, strlen(text) + 1, gfp_mask) : NULL;
}

char *devm_kasprintf(struct device *dev, gfp_t gfp_mask, const char *format, ...)
{
	va_list args;
	char *text;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	text = devm_kmalloc(dev, length + 1, gfp_mask);
	if (!text)
		return NULL;
	va_start(args, format);
	vsnprintf(text, length + 1, format, args);
	va_end(args);
	return text;
}

struct pages_res {
	unsigned long addr;
	unsigned int order;
};

static void release_pages(struct device *dev, void *res)
{
	struct pages_res *pages = res;

	free_pages(pages->addr, pages->order);
}

unsigned long devm_get_free_pages(struct device *dev, gfp_t gfp_mask, unsigned int order)
{
	unsigned long addr = __get_free_pages(gfp_mask, order);
	struct pages_res *pages = addr ? devres_alloc(release_pages, sizeof(*pages), GFP_KERNEL) : NULL;

	if (!pages) {
		free_pages(addr, order);
		return 0;
	}
	*pages = (struct pages_res) { addr, order };
	devres_add(dev, pages);
	return addr;
}

void devm_free_pages(struct device *dev, unsigned long addr)
{
	WARN_ON(devres_release(dev, release_pages, holds_pointer, (void *)addr));
}

struct action_res {
	void *data;
	void (*action)(void *data);
};

static void run_action(struct device *dev, void *res)
{
	struct action_res *action = res;

	action->action(action->data);
}

static int is_action(struct device *dev, void *res, void *data)
{
	struct action_res *action = res, *wanted = data;

	return action->action == wanted->action && action->data == wanted->data;
}

int devm_add_action(struct device *dev, void (*action)(void *data), void *data)
{
	struct action_res *res = devres_alloc(run_action, sizeof(*res), GFP_KERNEL);

	if (!res)
		return -ENOMEM;
	*res = (struct action_res) { data, action };
	devres_add(dev, res);
	return 0;
}

int devm_add_action_or_reset(struct device *dev, void (*action)(void *data), void *data)
{
	int error = devm_add_action(dev, action, data);

	if (error)
		action(data);
	return error;
}

void devm_remove_action(struct device *dev, void (*action)(void *data), void *data)
{
	struct action_res wanted = { data, action };

	WARN_ON(devres_destroy(dev, run_action, is_action, &wanted));
}

void devm_release_action(struct device *dev, void (*action)(void *data), void *data)
{
	struct action_res wanted = { data, action };

	WARN_ON(devres_release(dev, run_action, is_action, &wanted));
}

static void release_iomap(struct device *dev, void *res)
{
	iounmap(*(void **)res);
}

void __iomem *devm_ioremap(struct device *dev, resource_size_t phys, resource_size_t size)
{
	void **res = devres_alloc(release_iomap, sizeof(*res), GFP_KERNEL);

	if (!res)
		return NULL;
	*res = ioremap(phys, size);
	if (!*res) {
		devres_free(res);
		return NULL;
	}
	devres_add(dev, res);
	return *res;
}

void __iomem *devm_ioremap_wc(struct device *dev, resource_size_t phys, resource_size_t size)
{
	return devm_ioremap(dev, phys, size);
}

void devm_iounmap(struct device *dev, void __iomem *addr)
{
	WARN_ON(devres_release(dev, release_iomap, holds_pointer, addr));
}

struct region_res {
	unsigned long type;
	resource_size_t start, length;
};

static void release_io(struct device *dev, void *res)
{
	struct region_res *region = res;

	__release_region(region->type, region->start, region->length);
}

static int is_region(struct device *dev, void *res, void *data)
{
	struct region_res *region = res, *wanted = data;

	return region->type == wanted->type && region->start == wanted->start && region->length == wanted->length;
}

struct resource *__devm_request_region(struct device *dev, unsigned long type, resource_size_t start,
				       resource_size_t length, const char *name)
{
	struct region_res *res = devres_alloc(release_io, sizeof(*res), GFP_KERNEL);
	struct resource *found = res ? __request_region(type, start, length, name) : NULL;

	if (!found) {
		devres_free(res);
		return NULL;
	}
	*res = (struct region_res) { type, start, length };
	devres_add(dev, res);
	return found;
}

void __devm_release_region(struct device *dev, unsigned long type, resource_size_t start, resource_size_t length)
{
	struct region_res wanted = { type, start, length };

	WARN_ON(devres_release(dev, release_io, is_region, &wanted));
}

void __iomem *devm_ioremap_resource(struct device *dev, const struct resource *resource)
{
	void __iomem *addr;

	if (!resource || resource_type(resource) != IORESOURCE_MEM)
		return ERR_PTR(-EINVAL);
	if (!devm_request_mem_region(dev, resource->start, resource_size(resource), dev_name(dev)))
		return ERR_PTR(-EBUSY);
	addr = devm_ioremap(dev, resource->start, resource_size(resource));
	return addr ? addr : ERR_PTR(-ENOMEM);
}

struct group_res {
	const struct attribute_group *group;
};

static void release_group(struct device *dev, void *res)
{
	sysfs_remove_group(&dev->kobj, ((struct group_res *)res)->group);
}

int devm_device_add_group(struct device *dev, const struct attribute_group *group)
{
	struct group_res *res = devres_alloc(release_group, sizeof(*res), GFP_KERNEL);
	int error = res ? device_add_group(dev, group) : -ENOMEM;

	if (error) {
		devres_free(res);
		return error;
	}
	res->group = group;
	devres_add(dev, res);
	return 0;
}

int devm_device_add_groups(struct device *dev, const struct attribute_group **groups)
{
	int error = 0;

	for (int i = 0; groups && groups[i] && !error; i++)
		error = devm_device_add_group(dev, groups[i]);
	return error;
}
