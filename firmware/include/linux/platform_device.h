/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices that no bus finds: whoever knows of one says so, and a driver of its name gets it. */
#ifndef LINUX_PLATFORM_DEVICE_H
#define LINUX_PLATFORM_DEVICE_H

#include <kernel/api.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/mod_devicetable.h>

#define PLATFORM_DEVID_NONE (-1)
#define PLATFORM_DEVID_AUTO (-2)

struct platform_device {
	const char *name;
	int id;
	bool id_auto;
	bool allocated;			/* by platform_device_alloc(): resources and data are its own */
	struct device dev;
	u64 platform_dma_mask;
	struct device_dma_parameters dma_parms;
	unsigned int num_resources;
	struct resource *resource;
	const struct platform_device_id *id_entry;
	const char *driver_override;
};

#define to_platform_device(device) container_of((device), struct platform_device, dev)
#define platform_get_device_id(pdev) ((pdev)->id_entry)
#define dev_is_platform(device) ((device)->bus == &platform_bus_type)

struct platform_driver {
	int (*probe)(struct platform_device *pdev);
#if API_BEFORE(6, 11)
	int (*remove)(struct platform_device *pdev);
#else
	void (*remove)(struct platform_device *pdev);
#endif
	void (*remove_new)(struct platform_device *pdev);
	void (*shutdown)(struct platform_device *pdev);
	int (*suspend)(struct platform_device *pdev, pm_message_t state);
	int (*resume)(struct platform_device *pdev);
	struct device_driver driver;
	const struct platform_device_id *id_table;
	bool prevent_deferred_probe;
};

#define to_platform_driver(drv) container_of((drv), struct platform_driver, driver)

struct platform_device_info {
	struct device *parent;
	const char *name;
	int id;
	const struct resource *res;
	unsigned int num_res;
	const void *data;
	size_t size_data;
	u64 dma_mask;
};

extern struct bus_type platform_bus_type;
extern struct device platform_bus;

int platform_device_register(struct platform_device *pdev);
void platform_device_unregister(struct platform_device *pdev);
struct platform_device *platform_device_alloc(const char *name, int id);
int platform_device_add_resources(struct platform_device *pdev, const struct resource *res, unsigned int num);
int platform_device_add_data(struct platform_device *pdev, const void *data, size_t size);
int platform_device_add(struct platform_device *pdev);
void platform_device_del(struct platform_device *pdev);
void platform_device_put(struct platform_device *pdev);
int platform_add_devices(struct platform_device **devs, int num);
struct platform_device *platform_device_register_full(const struct platform_device_info *info);

static inline struct platform_device *
platform_device_register_resndata(struct device *parent, const char *name, int id, const struct resource *res,
				  unsigned int num, const void *data, size_t size)
{
	struct platform_device_info info = {
		.parent = parent, .name = name, .id = id, .res = res, .num_res = num, .data = data, .size_data = size,
	};

	return platform_device_register_full(&info);
}

#define platform_device_register_simple(name, id, res, num)				\
	platform_device_register_resndata(NULL, (name), (id), (res), (num), NULL, 0)
#define platform_device_register_data(parent, name, id, data, size)			\
	platform_device_register_resndata((parent), (name), (id), NULL, 0, (data), (size))

int __platform_driver_register(struct platform_driver *driver, struct module *owner);
#define platform_driver_register(driver) __platform_driver_register((driver), THIS_MODULE)
void platform_driver_unregister(struct platform_driver *driver);
int __platform_driver_probe(struct platform_driver *driver, int (*probe)(struct platform_device *pdev),
			    struct module *owner);
#define platform_driver_probe(driver, probe) __platform_driver_probe((driver), (probe), THIS_MODULE)
struct platform_device *__platform_create_bundle(struct platform_driver *driver,
						 int (*probe)(struct platform_device *pdev), struct resource *res,
						 unsigned int num, const void *data, size_t size, struct module *owner);
#define platform_create_bundle(driver, probe, res, num, data, size)			\
	__platform_create_bundle((driver), (probe), (res), (num), (data), (size), THIS_MODULE)

int __platform_register_drivers(struct platform_driver *const *drivers, unsigned int count, struct module *owner);
#define platform_register_drivers(drivers, count) __platform_register_drivers((drivers), (count), THIS_MODULE)
void platform_unregister_drivers(struct platform_driver *const *drivers, unsigned int count);

#define module_platform_driver(driver) module_driver(driver, platform_driver_register, platform_driver_unregister)
#define builtin_platform_driver module_platform_driver
#define module_platform_driver_probe(driver, probe)					\
static int __init driver##_init(void)							\
{											\
	return platform_driver_probe(&(driver), (probe));				\
}											\
module_init(driver##_init);								\
static void __exit driver##_exit(void)							\
{											\
	platform_driver_unregister(&(driver));						\
}											\
module_exit(driver##_exit)

struct resource *platform_get_resource(struct platform_device *pdev, unsigned int type, unsigned int num);
struct resource *platform_get_resource_byname(struct platform_device *pdev, unsigned int type, const char *name);
struct resource *platform_get_mem_or_io(struct platform_device *pdev, unsigned int num);
int platform_get_irq_optional(struct platform_device *pdev, unsigned int num);
int platform_get_irq(struct platform_device *pdev, unsigned int num);
int platform_get_irq_byname(struct platform_device *pdev, const char *name);
int platform_irq_count(struct platform_device *pdev);
void __iomem *devm_platform_get_and_ioremap_resource(struct platform_device *pdev, unsigned int num,
						     struct resource **res);
void __iomem *devm_platform_ioremap_resource_byname(struct platform_device *pdev, const char *name);
#define devm_platform_ioremap_resource(pdev, num) devm_platform_get_and_ioremap_resource((pdev), (num), NULL)

static inline void *platform_get_drvdata(const struct platform_device *pdev)
{
	return dev_get_drvdata(&pdev->dev);
}

static inline void platform_set_drvdata(struct platform_device *pdev, void *data)
{
	dev_set_drvdata(&pdev->dev, data);
}

#endif
