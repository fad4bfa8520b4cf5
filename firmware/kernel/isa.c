// SPDX-License-Identifier: GPL-2.0-only
/*
 * The devices of the ISA bus. Nothing there can be enumerated: the board says what there is, and where it has been moved
 * the command line does, isa_pattern.port= and isa_pattern.irq=.
 */
#include <board.h>
#include <linux/isa.h>
#include <linux/string.h>

#include "kernel.h"

static struct isa_device isa_devices[] = {
	{
		.dev = { .bus_id = "isa_pattern", .coherent_dma_mask = DMA_24BIT_MASK },
		.dma_mask = DMA_24BIT_MASK,
		.port = ISA_PATTERN_PORT,
		.irq = ISA_PATTERN_IRQ,
		.dma8 = ISA_PATTERN_DMA8,
		.dma16 = ISA_PATTERN_DMA16,
	},
};

static unsigned long device_option(const struct isa_device *isa, const char *what, unsigned long otherwise)
{
	char name[40];

	snprintf(name, sizeof(name), "%s.%s", dev_name(&isa->dev), what);
	return command_line_number(name, otherwise);
}

void isa_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(isa_devices); i++) {
		struct isa_device *isa = &isa_devices[i];

		isa->dev.dma_mask = &isa->dma_mask;
		isa->port = device_option(isa, "port", isa->port);
		isa->irq = device_option(isa, "irq", isa->irq);
	}
}

/* What goes with the driver by itself, and what it has not given back. */
static void unbind(struct isa_device *isa)
{
	devres_release_all(&isa->dev);
	driver_unbound(&isa->dev);
	isa->driver = NULL;
	isa->dev.driver_name = NULL;
	isa->dev.driver_data = NULL;
}

static void probe(struct isa_driver *driver, struct isa_device *isa)
{
	int error;

	if (isa->driver || strcmp(isa->dev.bus_id, driver->device))
		return;
	isa->driver = driver;
	isa->dev.driver_name = driver->name;
	error = driver->probe(isa);
	if (!error)
		return;
	printk(KERN_WARNING "%s: probe of %s failed with error %d\n", driver->name, dev_name(&isa->dev), error);
	note_probe_error(error);
	unbind(isa);
}

int isa_register_driver(struct isa_driver *driver)
{
	for (size_t i = 0; i < ARRAY_SIZE(isa_devices); i++)
		probe(driver, &isa_devices[i]);
	return 0;
}

void isa_unregister_driver(struct isa_driver *driver)
{
	for (size_t i = 0; i < ARRAY_SIZE(isa_devices); i++) {
		struct isa_device *isa = &isa_devices[i];

		if (isa->driver != driver)
			continue;
		driver->remove(isa);
		unbind(isa);
	}
}
