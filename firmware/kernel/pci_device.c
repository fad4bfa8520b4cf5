// SPDX-License-Identifier: GPL-2.0-only
/* What drivers ask of their device: decoding, regions, registers, capabilities. drivers/pci/pci.c, lib/iomap.c */
#include <kernel/track.h>
#include <linux/pci.h>

#include "kernel.h"

#define CAPABILITIES_MOST 48
#define SAVED_DWORDS 16

static u16 change_command(struct pci_dev *dev, u16 clear, u16 set)
{
	u16 command;

	pci_read_config_word(dev, PCI_COMMAND, &command);
	pci_write_config_word(dev, PCI_COMMAND, (command & ~clear) | set);
	return command;
}

static int enable(struct pci_dev *dev, unsigned long kinds)
{
	u16 wanted = 0;

	for (int bar = 0; bar < PCI_NUM_BARS; bar++) {
		if (pci_resource_flags(dev, bar) & kinds & IORESOURCE_IO)
			wanted |= PCI_COMMAND_IO;
		if (pci_resource_flags(dev, bar) & kinds & IORESOURCE_MEM)
			wanted |= PCI_COMMAND_MEMORY;
	}
	change_command(dev, 0, wanted);
	if (!dev->enabled++)
		track("enabled PCI device", (unsigned long)dev, pci_name(dev));
	return 0;
}

int pci_enable_device(struct pci_dev *dev)
{
	return enable(dev, IORESOURCE_MEM | IORESOURCE_IO);
}

int pci_enable_device_mem(struct pci_dev *dev)
{
	return enable(dev, IORESOURCE_MEM);
}

int pci_enable_device_io(struct pci_dev *dev)
{
	return enable(dev, IORESOURCE_IO);
}

int pci_reenable_device(struct pci_dev *dev)
{
	return 0;
}

void pci_disable_device(struct pci_dev *dev)
{
	if (WARN(dev->enabled <= 0, "%s %s: disabling already-disabled device", dev_driver_string(&dev->dev),
		 pci_name(dev)))
		return;
	if (--dev->enabled)
		return;
	untrack("enabled PCI device", (unsigned long)dev);
	change_command(dev, PCI_COMMAND_MASTER, 0);
	dev->is_busmaster = 0;
}

void pci_set_master(struct pci_dev *dev)
{
	change_command(dev, 0, PCI_COMMAND_MASTER);
	dev->is_busmaster = 1;
}

void pci_clear_master(struct pci_dev *dev)
{
	change_command(dev, PCI_COMMAND_MASTER, 0);
	dev->is_busmaster = 0;
}

int pci_set_mwi(struct pci_dev *dev)
{
	change_command(dev, 0, PCI_COMMAND_INVALIDATE);
	return 0;
}

int pci_try_set_mwi(struct pci_dev *dev)
{
	return pci_set_mwi(dev);
}

void pci_clear_mwi(struct pci_dev *dev)
{
	change_command(dev, PCI_COMMAND_INVALIDATE, 0);
}

void pci_intx(struct pci_dev *dev, int enable)
{
	change_command(dev, enable ? PCI_COMMAND_INTX_DISABLE : 0, enable ? 0 : PCI_COMMAND_INTX_DISABLE);
}

/* Whether the bit that masks INTx is one that keeps what is written. drivers/pci/pci.c: pci_intx_mask_supported, 3.3 */
bool pci_intx_mask_supported(struct pci_dev *dev)
{
	u16 before, toggled;

	pci_read_config_word(dev, PCI_COMMAND, &before);
	pci_write_config_word(dev, PCI_COMMAND, before ^ PCI_COMMAND_INTX_DISABLE);
	pci_read_config_word(dev, PCI_COMMAND, &toggled);
	pci_write_config_word(dev, PCI_COMMAND, before);
	return (before ^ toggled) == PCI_COMMAND_INTX_DISABLE;
}

static bool asserts_intx(struct pci_dev *dev)
{
	u16 status;

	pci_read_config_word(dev, PCI_STATUS, &status);
	return status & PCI_STATUS_INTERRUPT;
}

/* False where the interrupt is somebody else's. */
bool pci_check_and_mask_intx(struct pci_dev *dev)
{
	if (!asserts_intx(dev))
		return false;
	pci_intx(dev, 0);
	return true;
}

/* False where the interrupt still stands: then it stays masked. */
bool pci_check_and_unmask_intx(struct pci_dev *dev)
{
	if (asserts_intx(dev))
		return false;
	pci_intx(dev, 1);
	return true;
}

int pci_request_region(struct pci_dev *dev, int bar, const char *name)
{
	struct resource *resource = &dev->resource[bar];

	if (!resource->flags)
		return 0;
	if (resource->name) {
		dev_warn(&dev->dev, "BAR %d: can't reserve %pR: %s has it\n", bar, resource, resource->name);
		return -EBUSY;
	}
	resource->name = name ? name : "";
	track("PCI region", (unsigned long)resource, name);
	return 0;
}

void pci_release_region(struct pci_dev *dev, int bar)
{
	dev->resource[bar].name = NULL;
	untrack("PCI region", (unsigned long)&dev->resource[bar]);
}

void pci_release_selected_regions(struct pci_dev *dev, int bars)
{
	for (int bar = 0; bar < PCI_NUM_BARS; bar++)
		if (bars & (1 << bar))
			pci_release_region(dev, bar);
}

int pci_request_selected_regions(struct pci_dev *dev, int bars, const char *name)
{
	for (int bar = 0; bar < PCI_NUM_BARS; bar++) {
		if (!(bars & (1 << bar)) || !pci_request_region(dev, bar, name))
			continue;
		pci_release_selected_regions(dev, bars & ((1 << bar) - 1));
		return -EBUSY;
	}
	return 0;
}

int pci_request_regions(struct pci_dev *dev, const char *name)
{
	return pci_request_selected_regions(dev, (1 << PCI_NUM_BARS) - 1, name);
}

void pci_release_regions(struct pci_dev *dev)
{
	pci_release_selected_regions(dev, (1 << PCI_NUM_BARS) - 1);
}

int pci_select_bars(struct pci_dev *dev, unsigned long flags)
{
	int bars = 0;

	for (int bar = 0; bar < PCI_NUM_BARS; bar++)
		if (pci_resource_flags(dev, bar) & flags)
			bars |= 1 << bar;
	return bars;
}

void __iomem *pci_iomap_range(struct pci_dev *dev, int bar, unsigned long offset, unsigned long length)
{
	unsigned long size;

	if (bar < 0 || bar >= PCI_NUM_BARS)
		return NULL;
	size = pci_resource_len(dev, bar);
	if (size <= offset)
		return NULL;
	size -= offset;
	if (length && length < size)
		size = length;
	if (pci_resource_flags(dev, bar) & IORESOURCE_IO)
		return ioport_map(pci_resource_start(dev, bar) + offset, size);
	return ioremap(pci_resource_start(dev, bar) + offset, size);
}

void __iomem *pci_iomap(struct pci_dev *dev, int bar, unsigned long length)
{
	return pci_iomap_range(dev, bar, 0, length);
}

void pci_iounmap(struct pci_dev *dev, void __iomem *addr)
{
	if (!__is_port(addr))
		iounmap(addr);
}

void __iomem *pci_ioremap_bar(struct pci_dev *dev, int bar)
{
	if (!(pci_resource_flags(dev, bar) & IORESOURCE_MEM)) {
		dev_err(&dev->dev, "can't ioremap BAR %d: %pR\n", bar, &dev->resource[bar]);
		return NULL;
	}
	return pci_iomap(dev, bar, 0);
}

u8 pci_find_next_capability(struct pci_dev *dev, u8 at, int id)
{
	u8 next, found;

	pci_read_config_byte(dev, at + PCI_CAP_LIST_NEXT, &next);
	for (int turns = 0; turns < CAPABILITIES_MOST && next >= PCI_STD_HEADER_SIZEOF; turns++) {
		next &= ~3;
		pci_read_config_byte(dev, next + PCI_CAP_LIST_ID, &found);
		if (found == 0xff)
			return 0;
		if (found == id)
			return next;
		pci_read_config_byte(dev, next + PCI_CAP_LIST_NEXT, &next);
	}
	return 0;
}

u8 pci_find_capability(struct pci_dev *dev, int id)
{
	u16 status;

	pci_read_config_word(dev, PCI_STATUS, &status);
	if (!(status & PCI_STATUS_CAP_LIST))
		return 0;
	return pci_find_next_capability(dev, PCI_CAPABILITY_LIST - PCI_CAP_LIST_NEXT, id);
}

u16 pci_find_ext_capability(struct pci_dev *dev, int id)
{
	return 0;
}

int pcie_capability_read_word(struct pci_dev *dev, int where, u16 *value)
{
	*value = 0;
	return dev->pcie_cap ? pci_read_config_word(dev, dev->pcie_cap + where, value) : -EINVAL;
}

bool pci_device_is_present(struct pci_dev *dev)
{
	u16 vendor;

	pci_read_config_word(dev, PCI_VENDOR_ID, &vendor);
	return vendor == dev->vendor;
}

int pci_save_state(struct pci_dev *dev)
{
	for (int i = 0; i < SAVED_DWORDS; i++)
		pci_read_config_dword(dev, 4 * i, &dev->saved_config_space[i]);
	dev->state_saved = 1;
	return 0;
}

void pci_restore_state(struct pci_dev *dev)
{
	for (int i = SAVED_DWORDS - 1; dev->state_saved && i >= 0; i--)
		pci_write_config_dword(dev, 4 * i, dev->saved_config_space[i]);
	dev->state_saved = 0;
}

int pci_set_power_state(struct pci_dev *dev, pci_power_t state)
{
	dev->current_state = state;
	return 0;
}

pci_power_t pci_choose_state(struct pci_dev *dev, pm_message_t state)
{
	return state.event == PM_EVENT_ON ? PCI_D0 : PCI_D3hot;
}

int pci_enable_wake(struct pci_dev *dev, pci_power_t state, bool enable)
{
	return enable ? -EINVAL : 0;
}

int pci_wait_for_pending_transaction(struct pci_dev *dev)
{
	return 1;
}
