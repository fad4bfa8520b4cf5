/* SPDX-License-Identifier: GPL-2.0-only */
/* PCI devices and their drivers. */
#ifndef LINUX_PCI_H
#define LINUX_PCI_H

#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/types.h>

#define PCI_VENDOR_ID 0x00
#define PCI_DEVICE_ID 0x02
#define PCI_COMMAND 0x04
#define PCI_COMMAND_IO 0x1
#define PCI_COMMAND_MEMORY 0x2
#define PCI_COMMAND_MASTER 0x4
#define PCI_COMMAND_INTX_DISABLE 0x400
#define PCI_STATUS 0x06
#define PCI_REVISION_ID 0x08
#define PCI_CLASS_REVISION 0x08
#define PCI_HEADER_TYPE 0x0e
#define PCI_BASE_ADDRESS_0 0x10
#define PCI_INTERRUPT_LINE 0x3c
#define PCI_INTERRUPT_PIN 0x3d

#define PCI_NUM_BARS 6
#define PCI_ANY_ID (~0U)
#define PCI_DEVFN(slot, func) (((slot) << 3) | (func))
#define PCI_SLOT(devfn) ((devfn) >> 3)
#define PCI_FUNC(devfn) ((devfn) & 7)

#define IORESOURCE_IO 0x100
#define IORESOURCE_MEM 0x200
#define IORESOURCE_PREFETCH 0x1000

struct resource {
	resource_size_t start;
	resource_size_t end;		/* inclusive */
	const char *name;		/* of whoever has requested it; NULL: nobody */
	unsigned long flags;		/* 0: there is no such BAR */
};

struct pci_device_id {
	u32 vendor, device;
	u32 subvendor, subdevice;
	u32 class, class_mask;
	unsigned long driver_data;
};

#define PCI_DEVICE(vend, dev)								\
	.vendor = (vend), .device = (dev), .subvendor = PCI_ANY_ID, .subdevice = PCI_ANY_ID

struct pci_driver;

struct pci_dev {
	unsigned int devfn;
	u16 vendor;
	u16 device;
	u32 class;			/* 24 bits */
	u8 revision;
	u8 pin;				/* 1 for INTA; 0: no interrupt */
	unsigned int irq;
	int enabled;
	u64 dma_mask;
	struct device dev;
	struct pci_driver *driver;
	struct resource resource[PCI_NUM_BARS];
	char bus_id[16];
};

struct pci_driver {
	const char *name;
	const struct pci_device_id *id_table;	/* ends in an entry of zeros */
	int (*probe)(struct pci_dev *dev, const struct pci_device_id *id);
	void (*remove)(struct pci_dev *dev);
	struct pci_driver *next;
};

#define to_pci_dev(device) container_of(device, struct pci_dev, dev)

int pci_register_driver(struct pci_driver *driver);
void pci_unregister_driver(struct pci_driver *driver);

int __must_check pci_enable_device(struct pci_dev *dev);
void pci_disable_device(struct pci_dev *dev);
void pci_set_master(struct pci_dev *dev);
void pci_clear_master(struct pci_dev *dev);
int pci_request_region(struct pci_dev *dev, int bar, const char *name);
void pci_release_region(struct pci_dev *dev, int bar);
int pci_request_regions(struct pci_dev *dev, const char *name);
void pci_release_regions(struct pci_dev *dev);
void __iomem *pci_iomap(struct pci_dev *dev, int bar, unsigned long length);
void pci_iounmap(struct pci_dev *dev, volatile void __iomem *addr);

int pci_read_config_byte(struct pci_dev *dev, int where, u8 *value);
int pci_read_config_word(struct pci_dev *dev, int where, u16 *value);
int pci_read_config_dword(struct pci_dev *dev, int where, u32 *value);
int pci_write_config_byte(struct pci_dev *dev, int where, u8 value);
int pci_write_config_word(struct pci_dev *dev, int where, u16 value);
int pci_write_config_dword(struct pci_dev *dev, int where, u32 value);

#define pci_resource_start(dev, bar) ((dev)->resource[bar].start)
#define pci_resource_end(dev, bar) ((dev)->resource[bar].end)
#define pci_resource_flags(dev, bar) ((dev)->resource[bar].flags)
#define pci_resource_len(dev, bar)							\
	(pci_resource_flags(dev, bar) ? pci_resource_end(dev, bar) - pci_resource_start(dev, bar) + 1 : 0)

static inline const char *pci_name(const struct pci_dev *dev)
{
	return dev->bus_id;
}

static inline void *pci_get_drvdata(struct pci_dev *dev)
{
	return dev_get_drvdata(&dev->dev);
}

static inline void pci_set_drvdata(struct pci_dev *dev, void *data)
{
	dev_set_drvdata(&dev->dev, data);
}

/* Macros, so that the caller that the laboratory names is the driver. */
#define pci_set_dma_mask(pdev, mask) dma_set_mask(&(pdev)->dev, (mask))
#define pci_set_consistent_dma_mask(pdev, mask) dma_set_coherent_mask(&(pdev)->dev, (mask))

#endif
