// SPDX-License-Identifier: GPL-2.0-only
/* The devices of the ISA bus: nothing there can be enumerated, so the board says what there is. */
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

void isa_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(isa_devices); i++)
		isa_devices[i].dev.dma_mask = &isa_devices[i].dma_mask;
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
	isa->driver = NULL;
	isa->dev.driver_name = NULL;
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
		isa->driver = NULL;
		isa->dev.driver_name = NULL;
		isa->dev.driver_data = NULL;
	}
}
