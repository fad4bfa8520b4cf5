// SPDX-License-Identifier: GPL-2.0-only
/* Platform devices and their drivers. drivers/base/platform.c */
#include <kernel/track.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "device_core.h"
#include "kernel.h"

static const struct platform_device_id *match_id(const struct platform_device_id *id, struct platform_device *pdev)
{
	for (; id && id->name[0]; id++)
		if (!strcmp(pdev->name, id->name))
			return id;
	return NULL;
}

static int platform_match(struct device *dev, struct device_driver *driver)
{
	struct platform_device *pdev = to_platform_device(dev);
	struct platform_driver *pdrv = to_platform_driver(driver);

	if (pdev->driver_override)
		return !strcmp(pdev->driver_override, driver->name);
	if (pdrv->id_table) {
		pdev->id_entry = match_id(pdrv->id_table, pdev);
		return pdev->id_entry != NULL;
	}
	return !strcmp(pdev->name, driver->name);
}

static int platform_probe(struct device *dev)
{
	struct platform_driver *driver = to_platform_driver(dev->driver);

	return driver->probe ? driver->probe(to_platform_device(dev)) : 0;
}

static void platform_remove(struct device *dev)
{
	struct platform_driver *driver = to_platform_driver(dev->driver);
	void (*remove)(struct platform_device *pdev) = driver->remove_new;

	if (!remove)
		remove = (void *)driver->remove;
	if (remove)
		remove(to_platform_device(dev));
}

struct bus_type platform_bus_type = {
	.name = "platform", .match = platform_match, .probe = platform_probe, .remove = platform_remove,
};

struct device platform_bus = { .init_name = "platform" };

static void release_bus_device(struct device *dev)
{
}

/* Made with the first of them, so that a boot without any allocates nothing. */
static int platform_bus_init(void)
{
	static bool is_ready;
	int error;

	if (is_ready)
		return 0;
	platform_bus.release = release_bus_device;
	error = device_register(&platform_bus);
	if (!error)
		error = bus_register(&platform_bus_type);
	untrack("kobject", (unsigned long)&platform_bus.kobj);
	untrack("bus", (unsigned long)&platform_bus_type);
	is_ready = !error;
	return error;
}

static int set_name(struct platform_device *pdev)
{
	static int next_auto;

	if (pdev->id == PLATFORM_DEVID_NONE)
		return dev_set_name(&pdev->dev, "%s", pdev->name);
	if (pdev->id != PLATFORM_DEVID_AUTO)
		return dev_set_name(&pdev->dev, "%s.%d", pdev->name, pdev->id);
	pdev->id = next_auto++;
	pdev->id_auto = true;
	return dev_set_name(&pdev->dev, "%s.%d.auto", pdev->name, pdev->id);
}

int platform_device_add(struct platform_device *pdev)
{
	int error = platform_bus_init();

	if (error)
		return error;
	if (!pdev->dev.parent)
		pdev->dev.parent = &platform_bus;
	pdev->dev.bus = &platform_bus_type;
	if (!pdev->dev.dma_mask)
		pdev->dev.dma_mask = &pdev->platform_dma_mask;
	if (!pdev->dev.coherent_dma_mask)
		pdev->dev.coherent_dma_mask = DMA_BIT_MASK(32);
	if (!pdev->platform_dma_mask)
		pdev->platform_dma_mask = DMA_BIT_MASK(32);
	error = set_name(pdev);
	for (unsigned int i = 0; i < pdev->num_resources; i++)
		if (!pdev->resource[i].name)
			pdev->resource[i].name = dev_name(&pdev->dev);
	return error ? error : device_add(&pdev->dev);
}

int platform_device_register(struct platform_device *pdev)
{
	device_initialize(&pdev->dev);
	return platform_device_add(pdev);
}

void platform_device_del(struct platform_device *pdev)
{
	if (IS_ERR_OR_NULL(pdev))
		return;
	device_del(&pdev->dev);
	if (pdev->id_auto)
		pdev->id = PLATFORM_DEVID_AUTO;
	pdev->id_auto = false;
}

void platform_device_put(struct platform_device *pdev)
{
	if (!IS_ERR_OR_NULL(pdev))
		put_device(&pdev->dev);
}

void platform_device_unregister(struct platform_device *pdev)
{
	platform_device_del(pdev);
	platform_device_put(pdev);
}

int platform_add_devices(struct platform_device **devs, int num)
{
	for (int i = 0; i < num; i++) {
		int error = platform_device_register(devs[i]);

		if (!error)
			continue;
		while (--i >= 0)
			platform_device_unregister(devs[i]);
		return error;
	}
	return 0;
}

static void release_allocated(struct device *dev)
{
	struct platform_device *pdev = to_platform_device(dev);

	kfree(dev->platform_data);
	kfree(pdev->resource);
	kfree(pdev);
}

/* The device, and its name behind it. */
struct platform_device *platform_device_alloc(const char *name, int id)
{
	struct platform_device *pdev;
	size_t length = strlen(name) + 1;

	pdev = __kmalloc_track_caller(sizeof(*pdev) + length, GFP_KERNEL | __GFP_ZERO, module_caller());
	if (!pdev)
		return NULL;
	pdev->name = memcpy(pdev + 1, name, length);
	pdev->id = id;
	pdev->allocated = true;
	device_initialize(&pdev->dev);
	pdev->dev.release = release_allocated;
	return pdev;
}

int platform_device_add_resources(struct platform_device *pdev, const struct resource *res, unsigned int num)
{
	struct resource *copy = res ? kmemdup(res, sizeof(*res) * num, GFP_KERNEL) : NULL;

	if (res && !copy)
		return -ENOMEM;
	kfree(pdev->resource);
	pdev->resource = copy;
	pdev->num_resources = num;
	return 0;
}

int platform_device_add_data(struct platform_device *pdev, const void *data, size_t size)
{
	void *copy = data ? kmemdup(data, size, GFP_KERNEL) : NULL;

	if (data && !copy)
		return -ENOMEM;
	kfree(pdev->dev.platform_data);
	pdev->dev.platform_data = copy;
	return 0;
}

struct platform_device *platform_device_register_full(const struct platform_device_info *info)
{
	struct platform_device *pdev = platform_device_alloc(info->name, info->id);
	int error;

	if (!pdev)
		return ERR_PTR(-ENOMEM);
	pdev->dev.parent = info->parent;
	if (info->dma_mask) {
		pdev->platform_dma_mask = info->dma_mask;
		pdev->dev.dma_mask = &pdev->platform_dma_mask;
		pdev->dev.coherent_dma_mask = info->dma_mask;
	}
	error = platform_device_add_resources(pdev, info->res, info->num_res);
	if (!error)
		error = platform_device_add_data(pdev, info->data, info->size_data);
	if (!error)
		error = platform_device_add(pdev);
	if (!error)
		return pdev;
	platform_device_put(pdev);
	return ERR_PTR(error);
}

int __platform_driver_register(struct platform_driver *driver, struct module *owner)
{
	int error = platform_bus_init();

	driver->driver.owner = owner;
	driver->driver.bus = &platform_bus_type;
	return error ? error : driver_register(&driver->driver);
}

void platform_driver_unregister(struct platform_driver *driver)
{
	driver_unregister(&driver->driver);
}

int __platform_register_drivers(struct platform_driver *const *drivers, unsigned int count, struct module *owner)
{
	for (unsigned int i = 0; i < count; i++) {
		int error = __platform_driver_register(drivers[i], owner);

		if (!error)
			continue;
		platform_unregister_drivers(drivers, i);
		return error;
	}
	return 0;
}

void platform_unregister_drivers(struct platform_driver *const *drivers, unsigned int count)
{
	while (count-- > 0)
		platform_driver_unregister(drivers[count]);
}

static int is_bound(struct device *dev, void *data)
{
	return 1;
}

int __platform_driver_probe(struct platform_driver *driver, int (*probe)(struct platform_device *pdev),
			    struct module *owner)
{
	int error;

	driver->probe = probe;
	error = __platform_driver_register(driver, owner);
	driver->probe = NULL;		/* devices that come later are not for it */
	if (!error && !driver_for_each_device(&driver->driver, NULL, NULL, is_bound)) {
		platform_driver_unregister(driver);
		error = -ENODEV;
	}
	return error;
}

struct platform_device *__platform_create_bundle(struct platform_driver *driver,
						 int (*probe)(struct platform_device *pdev), struct resource *res,
						 unsigned int num, const void *data, size_t size, struct module *owner)
{
	struct platform_device *pdev;
	int error;

	pdev = platform_device_register_resndata(NULL, driver->driver.name, PLATFORM_DEVID_NONE, res, num, data, size);
	if (IS_ERR(pdev))
		return pdev;
	error = __platform_driver_probe(driver, probe, owner);
	if (!error)
		return pdev;
	platform_device_unregister(pdev);
	return ERR_PTR(error);
}

struct resource *platform_get_resource(struct platform_device *pdev, unsigned int type, unsigned int num)
{
	for (unsigned int i = 0; i < pdev->num_resources; i++)
		if (resource_type(&pdev->resource[i]) == type && !num--)
			return &pdev->resource[i];
	return NULL;
}

struct resource *platform_get_resource_byname(struct platform_device *pdev, unsigned int type, const char *name)
{
	for (unsigned int i = 0; i < pdev->num_resources; i++)
		if (resource_type(&pdev->resource[i]) == type && pdev->resource[i].name &&
		    !strcmp(pdev->resource[i].name, name))
			return &pdev->resource[i];
	return NULL;
}

struct resource *platform_get_mem_or_io(struct platform_device *pdev, unsigned int num)
{
	for (unsigned int i = 0; i < pdev->num_resources; i++)
		if (pdev->resource[i].flags & (IORESOURCE_MEM | IORESOURCE_IO) && !num--)
			return &pdev->resource[i];
	return NULL;
}

int platform_get_irq_optional(struct platform_device *pdev, unsigned int num)
{
	struct resource *res = platform_get_resource(pdev, IORESOURCE_IRQ, num);

	return res ? (int)res->start : -ENXIO;
}

int platform_get_irq(struct platform_device *pdev, unsigned int num)
{
	int irq = platform_get_irq_optional(pdev, num);

	if (irq < 0)
		dev_err(&pdev->dev, "error %pe: IRQ index %u not found\n", ERR_PTR(irq), num);
	return irq;
}

int platform_get_irq_byname(struct platform_device *pdev, const char *name)
{
	struct resource *res = platform_get_resource_byname(pdev, IORESOURCE_IRQ, name);

	if (!res)
		dev_err(&pdev->dev, "error %pe: IRQ %s not found\n", ERR_PTR(-ENXIO), name);
	return res ? (int)res->start : -ENXIO;
}

int platform_irq_count(struct platform_device *pdev)
{
	int count = 0;

	while (platform_get_irq_optional(pdev, count) >= 0)
		count++;
	return count;
}

void __iomem *devm_platform_get_and_ioremap_resource(struct platform_device *pdev, unsigned int num,
						     struct resource **res)
{
	struct resource *found = platform_get_resource(pdev, IORESOURCE_MEM, num);

	if (res)
		*res = found;
	return devm_ioremap_resource(&pdev->dev, found);
}

void __iomem *devm_platform_ioremap_resource_byname(struct platform_device *pdev, const char *name)
{
	return devm_ioremap_resource(&pdev->dev, platform_get_resource_byname(pdev, IORESOURCE_MEM, name));
}
