// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding what is on the PCI bus, and giving it addresses and interrupt lines: what a PC's BIOS does, done by the kernel
 * here. Configuration mechanism #1; one bus. arch/x86/pci/direct.c, drivers/pci/probe.c, setup-bus.c
 */
#include <asm/io.h>
#include <board.h>
#include <linux/pci.h>

#include "device_core.h"
#include "kernel.h"
#include "pci_bus.h"
#include "sysfs.h"

#define CONFIG_ENABLE (1U << 31)
#define BAR_IO 0x1
#define BAR_MEM_64 0x4
#define BAR_PREFETCH 0x8
#define HEADER_MULTIFUNCTION 0x80

#define PIIX3_ID 0x70008086		/* the south bridge that routes interrupts, where there is one */
#define PIIX3_PIRQ_ROUTE 0x60
#define PIRQS 4

struct pci_dev pci_devices[PCI_DEVICES];
unsigned int nr_pci_devices;

static struct kobject pci_root, pci_folder, pci_devices_folder, pci_drivers_folder;
struct bus_type pci_bus_type = { .name = "pci", .devices = &pci_devices_folder, .drivers = &pci_drivers_folder };

static struct pci_bus root_bus = {
	.devices = LIST_HEAD_INIT(root_bus.devices),
	.name = "PCI Bus 0000:00",
};

static u64 next_mem = PCI_MEM_BASE;
static u64 next_io = PCI_IO_BASE;

static u16 select(unsigned int devfn, int where)
{
	outl(CONFIG_ENABLE | devfn << 8 | (where & 0xfc), PCI_CONFIG_ADDRESS_PORT);
	return PCI_CONFIG_DATA_PORT + (where & 3);
}

static u32 read_dword(unsigned int devfn, int where)
{
	return inl(select(devfn, where));
}

#define DEFINE_CONFIG_ACCESS(name, type, suffix)					\
int pci_read_config_##name(const struct pci_dev *dev, int where, type *value)		\
{											\
	*value = in##suffix(select(dev->devfn, where));				\
	return 0;									\
}											\
int pci_write_config_##name(const struct pci_dev *dev, int where, type value)		\
{											\
	out##suffix(value, select(dev->devfn, where));				\
	return 0;									\
}

DEFINE_CONFIG_ACCESS(byte, u8, b)
DEFINE_CONFIG_ACCESS(word, u16, w)
DEFINE_CONFIG_ACCESS(dword, u32, l)

/* Write all ones and see which bits stay. The command register is off meanwhile: the address is not one. */
static u32 bar_mask(struct pci_dev *dev, int where)
{
	u32 before, mask;

	pci_read_config_dword(dev, where, &before);
	pci_write_config_dword(dev, where, ~0U);
	pci_read_config_dword(dev, where, &mask);
	pci_write_config_dword(dev, where, before);
	return mask;
}

static void assign(struct pci_dev *dev, int bar, u64 size, u64 *next, u64 end, unsigned long flags)
{
	u64 start = ALIGN(*next, size);

	if (start + size > end) {
		printk(KERN_ERR "PCI: no room for BAR %d of %s\n", bar, pci_name(dev));
		return;
	}
	*next = start + size;
	dev->resource[bar] = (struct resource) { .start = start, .end = start + size - 1, .flags = flags };
	pci_write_config_dword(dev, PCI_BASE_ADDRESS_0 + 4 * bar, start);
}

/* Give the number of BARs that this one takes: two where its address has 64 bits. */
static int setup_bar(struct pci_dev *dev, int bar)
{
	int where = PCI_BASE_ADDRESS_0 + 4 * bar;
	u32 mask = bar_mask(dev, where);

	if (!mask)
		return 1;
	if (mask & BAR_IO) {
		/* The upper half of an I/O address may be wired to zero. */
		u32 size = -(mask & ~0x3U) & 0xffff;

		assign(dev, bar, size, &next_io, PCI_IO_END, IORESOURCE_IO);
		return 1;
	}
	assign(dev, bar, -(mask & ~0xfU) & 0xffffffffUL, &next_mem, PCI_MEM_END,
	       IORESOURCE_MEM | (mask & BAR_PREFETCH ? IORESOURCE_PREFETCH : 0));
	if (!(mask & BAR_MEM_64))
		return 1;
	pci_write_config_dword(dev, where + 4, 0);
	return 2;
}

static void setup_irq(struct pci_dev *dev)
{
	u8 line;

	pci_read_config_byte(dev, PCI_INTERRUPT_PIN, &dev->pin);
	if (!dev->pin)
		return;
	pci_read_config_byte(dev, PCI_INTERRUPT_LINE, &line);
	if (line == 0 || line >= 16) {
		static const u8 lines[PIRQS] = { PCI_INTA_IRQ, PCI_INTB_IRQ, PCI_INTC_IRQ, PCI_INTD_IRQ };

		/* Pins turn by one with each slot; slot 1's INTA is the first of the chipset's inputs. */
		line = lines[(PCI_SLOT(dev->devfn) + dev->pin - 2) % PIRQS];
		pci_write_config_byte(dev, PCI_INTERRUPT_LINE, line);
	}
	dev->irq = dev->irq_line = line;
	set_level_triggered(line);
}

static void setup_pirq_router(struct pci_dev *dev)
{
	static const u8 lines[PIRQS] = { PCI_INTA_IRQ, PCI_INTB_IRQ, PCI_INTC_IRQ, PCI_INTD_IRQ };

	for (int i = 0; i < PIRQS; i++)
		pci_write_config_byte(dev, PIIX3_PIRQ_ROUTE + i, lines[i]);
}

/* Folders with names of their own, so that a boot allocates nothing for them. */
static void make_folder(struct kobject *kobj, struct kobject *parent, const char *name)
{
	static const struct kobj_type folder;

	kobject_init(kobj, &folder);
	kobj->name = name;
	kobject_attach(kobj, parent);
}

static void add_to_sysfs(struct pci_dev *dev)
{
	device_initialize(&dev->dev);
	dev->dev.bus = &pci_bus_type;
	dev->dev.kobj.name = dev->bus_id;
	kobject_attach(&dev->dev.kobj, &pci_root);
	list_add_tail(&dev->bus_list, &root_bus.devices);
}

static void setup_device(unsigned int devfn, u32 id)
{
	struct pci_dev *dev = &pci_devices[nr_pci_devices++];
	u32 class_revision = read_dword(devfn, PCI_CLASS_REVISION);

	dev->devfn = devfn;
	dev->vendor = id;
	dev->device = id >> 16;
	dev->revision = class_revision;
	dev->class = class_revision >> 8;
	snprintf(dev->bus_id, sizeof(dev->bus_id), "0000:00:%02x.%x", PCI_SLOT(devfn), PCI_FUNC(devfn));
	dev->dma_mask = 0xffffffff;
	dev->bus = &root_bus;
	dev->subsystem_vendor = read_dword(devfn, PCI_SUBSYSTEM_VENDOR_ID);
	dev->subsystem_device = read_dword(devfn, PCI_SUBSYSTEM_VENDOR_ID) >> 16;
	dev->cfg_size = PCI_CFG_SPACE_SIZE;
	dev->error_state = pci_channel_io_normal;
	dev->dev.bus_id = dev->bus_id;
	add_to_sysfs(dev);
	dev->dev.dma_mask = &dev->dma_mask;
	dev->dev.coherent_dma_mask = 0xffffffff;
	printk(KERN_INFO "PCI: %s: %04x:%04x, class %06x\n", pci_name(dev), dev->vendor, dev->device, dev->class);
	if (read_dword(devfn, PCI_HEADER_TYPE & ~3) >> 16 & 0x7f)
		return;				/* a bridge: its registers mean something else */
	pci_write_config_word(dev, PCI_COMMAND, 0);
	for (int bar = 0; bar < PCI_NUM_BARS; )
		bar += setup_bar(dev, bar);
	setup_irq(dev);
	if (id == PIIX3_ID)
		setup_pirq_router(dev);
}

static void scan_slot(unsigned int slot)
{
	int functions = 1;

	for (int func = 0; func < functions && nr_pci_devices < PCI_DEVICES; func++) {
		unsigned int devfn = PCI_DEVFN(slot, func);
		u32 id = read_dword(devfn, PCI_VENDOR_ID);

		if ((id & 0xffff) == 0xffff)
			continue;
		if (!func && read_dword(devfn, PCI_HEADER_TYPE & ~3) >> 16 & HEADER_MULTIFUNCTION)
			functions = 8;
		setup_device(devfn, id);
	}
}

void pci_init(void)
{
	printk(KERN_INFO "PCI: Using configuration type 1\n");
	make_folder(&pci_root, sysfs_devices, "pci0000:00");
	make_folder(&pci_folder, sysfs_bus, "pci");
	make_folder(&pci_devices_folder, &pci_folder, "devices");
	make_folder(&pci_drivers_folder, &pci_folder, "drivers");
	for (unsigned int slot = 0; slot < 32; slot++)
		scan_slot(slot);
}
