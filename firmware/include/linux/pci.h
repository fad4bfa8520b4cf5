/* SPDX-License-Identifier: GPL-2.0-only */
/* PCI devices and their drivers. */
#ifndef LINUX_PCI_H
#define LINUX_PCI_H

#include <kernel/api.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/list.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/pci_ids.h>
#include <linux/pci_regs.h>
#include <linux/types.h>

#define PCI_NUM_BARS 6
#define PCI_ROM_RESOURCE 6
#define DEVICE_COUNT_RESOURCE 7
#define PCI_DEVFN(slot, func) ((((slot) & 0x1f) << 3) | ((func) & 7))
#define PCI_SLOT(devfn) (((devfn) >> 3) & 0x1f)
#define PCI_FUNC(devfn) ((devfn) & 7)
#define PCI_DEVID(bus, devfn) ((((u16)(bus)) << 8) | (devfn))
#define PCI_NAME_SIZE 16
#define PCI_MSIX_MOST 16		/* messages that a driver gets */

#define PCI_DEVICE(vend, dev)								\
	.vendor = (vend), .device = (dev), .subvendor = PCI_ANY_ID, .subdevice = PCI_ANY_ID
#define PCI_DEVICE_SUB(vend, dev, subvend, subdev)					\
	.vendor = (vend), .device = (dev), .subvendor = (subvend), .subdevice = (subdev)
#define PCI_DEVICE_CLASS(dev_class, dev_class_mask)					\
	.class = (dev_class), .class_mask = (dev_class_mask), .vendor = PCI_ANY_ID,	\
	.device = PCI_ANY_ID, .subvendor = PCI_ANY_ID, .subdevice = PCI_ANY_ID
#define PCI_VDEVICE(vend, dev)								\
	.vendor = PCI_VENDOR_ID_##vend, .device = (dev), .subvendor = PCI_ANY_ID,	\
	.subdevice = PCI_ANY_ID, 0, 0
#define PCI_DEVICE_DATA(vend, dev, data)						\
	.vendor = PCI_VENDOR_ID_##vend, .device = PCI_DEVICE_ID_##vend##_##dev,		\
	.subvendor = PCI_ANY_ID, .subdevice = PCI_ANY_ID, 0, 0, .driver_data = (kernel_ulong_t)(data)
#if API_BEFORE(4, 8)
#define DEFINE_PCI_DEVICE_TABLE(table) const struct pci_device_id table[]
#endif

typedef int pci_power_t;
#define PCI_D0 ((pci_power_t)0)
#define PCI_D1 ((pci_power_t)1)
#define PCI_D2 ((pci_power_t)2)
#define PCI_D3hot ((pci_power_t)3)
#define PCI_D3cold ((pci_power_t)4)

typedef unsigned int pci_channel_state_t;
enum pci_channel_state {
	pci_channel_io_normal = 1,
	pci_channel_io_frozen = 2,
	pci_channel_io_perm_failure = 3,
};

typedef unsigned int pci_ers_result_t;
enum pci_ers_result {
	PCI_ERS_RESULT_NONE = 1,
	PCI_ERS_RESULT_CAN_RECOVER = 2,
	PCI_ERS_RESULT_NEED_RESET = 3,
	PCI_ERS_RESULT_DISCONNECT = 4,
	PCI_ERS_RESULT_RECOVERED = 5,
	PCI_ERS_RESULT_NO_AER_DRIVER = 6,
};

enum pci_bus_flags {
	PCI_BUS_FLAGS_NO_MSI = 1,
	PCI_BUS_FLAGS_NO_MMRBC = 2,
};
typedef unsigned short pci_bus_flags_t;

struct pci_driver;
struct pci_dev;

struct pci_bus {
	struct list_head node;
	struct pci_bus *parent;
	struct list_head devices;
	struct pci_dev *self;
	unsigned char number;
	pci_bus_flags_t bus_flags;
	char name[48];
	struct device dev;
};

struct pci_dev {
	struct list_head bus_list;
	struct pci_bus *bus;
	unsigned int devfn;
	u16 vendor;
	u16 device;
	u16 subsystem_vendor;
	u16 subsystem_device;
	u32 class;			/* 24 bits */
	u8 revision;
	u8 hdr_type;
	u8 pin;				/* 1 for INTA; 0: no interrupt */
	u8 pcie_cap;
	u8 msi_cap;
	u8 msix_cap;
	unsigned int irq;
	int enabled;
	u64 dma_mask;
	unsigned int no_msi : 1;
	unsigned int msi_enabled : 1;
	unsigned int msix_enabled : 1;
	unsigned int is_busmaster : 1;
	unsigned int is_managed : 1;
	unsigned int state_saved : 1;
	unsigned int is_virtfn : 1;
	unsigned int is_physfn : 1;
	u32 saved_config_space[16];
	pci_channel_state_t error_state;
	pci_power_t current_state;
	int cfg_size;
	struct device dev;
	struct pci_driver *driver;
	struct resource resource[DEVICE_COUNT_RESOURCE];
	char bus_id[16];
	void __iomem *msix_base;	/* the table, while MSI-X is on */
	unsigned int nr_msix;
	u8 msix_irqs[PCI_MSIX_MOST];
	unsigned int irq_line;		/* what `irq` is while no message-signalled interrupt is on */
};

struct pci_error_handlers {
	pci_ers_result_t (*error_detected)(struct pci_dev *dev, pci_channel_state_t error);
	pci_ers_result_t (*mmio_enabled)(struct pci_dev *dev);
	pci_ers_result_t (*link_reset)(struct pci_dev *dev);
	pci_ers_result_t (*slot_reset)(struct pci_dev *dev);
	void (*reset_prepare)(struct pci_dev *dev);
	void (*reset_done)(struct pci_dev *dev);
	void (*resume)(struct pci_dev *dev);
	void (*cor_error_detected)(struct pci_dev *dev);
};

struct pci_driver {
	struct list_head node;
	const char *name;
	const struct pci_device_id *id_table;	/* ends in an entry of zeros */
	int (*probe)(struct pci_dev *dev, const struct pci_device_id *id);
	void (*remove)(struct pci_dev *dev);
	int (*suspend)(struct pci_dev *dev, pm_message_t state);
	int (*suspend_late)(struct pci_dev *dev, pm_message_t state);
	int (*resume_early)(struct pci_dev *dev);
	int (*resume)(struct pci_dev *dev);
	void (*shutdown)(struct pci_dev *dev);
	int (*sriov_configure)(struct pci_dev *dev, int count);
	const struct pci_error_handlers *err_handler;
	const struct attribute_group **groups;
	const struct attribute_group **dev_groups;
	struct device_driver driver;
	bool driver_managed_dma;
	struct pci_driver *next;
	unsigned int matched;		/* devices that its ids are for */
};

extern struct bus_type pci_bus_type;

#define to_pci_dev(device) container_of(device, struct pci_dev, dev)
#define to_pci_driver(drv) container_of(drv, struct pci_driver, driver)

int __must_check __pci_register_driver(struct pci_driver *driver, struct module *module, const char *name);
#define pci_register_driver(driver) __pci_register_driver((driver), THIS_MODULE, KBUILD_MODNAME)
void pci_unregister_driver(struct pci_driver *driver);
#define builtin_pci_driver(driver) builtin_driver(driver, pci_register_driver)
#define module_pci_driver(pci_driver_name)						\
	module_driver(pci_driver_name, pci_register_driver, pci_unregister_driver)
const struct pci_device_id *pci_match_id(const struct pci_device_id *ids, struct pci_dev *dev);

int __must_check pci_enable_device(struct pci_dev *dev);
int __must_check pci_enable_device_mem(struct pci_dev *dev);
int __must_check pci_enable_device_io(struct pci_dev *dev);
int __must_check pci_reenable_device(struct pci_dev *dev);
void pci_disable_device(struct pci_dev *dev);
void pci_set_master(struct pci_dev *dev);
void pci_clear_master(struct pci_dev *dev);
int __must_check pci_set_mwi(struct pci_dev *dev);
int pci_try_set_mwi(struct pci_dev *dev);
void pci_clear_mwi(struct pci_dev *dev);
void pci_intx(struct pci_dev *dev, int enable);

int __must_check pci_request_region(struct pci_dev *dev, int bar, const char *name);
void pci_release_region(struct pci_dev *dev, int bar);
int __must_check pci_request_regions(struct pci_dev *dev, const char *name);
void pci_release_regions(struct pci_dev *dev);
int pci_request_selected_regions(struct pci_dev *dev, int bars, const char *name);
void pci_release_selected_regions(struct pci_dev *dev, int bars);
int pci_select_bars(struct pci_dev *dev, unsigned long flags);
#define pci_request_region_exclusive pci_request_region
#define pci_request_io_regions(dev, name)						\
	pci_request_selected_regions((dev), pci_select_bars((dev), IORESOURCE_IO), (name))
#define pci_release_io_regions(dev)							\
	pci_release_selected_regions((dev), pci_select_bars((dev), IORESOURCE_IO))
#define pci_request_regions_exclusive pci_request_regions
#define pci_request_selected_regions_exclusive pci_request_selected_regions
#define pci_request_mem_regions(dev, name)						\
	pci_request_selected_regions((dev), pci_select_bars((dev), IORESOURCE_MEM), (name))
#define pci_release_mem_regions(dev)							\
	pci_release_selected_regions((dev), pci_select_bars((dev), IORESOURCE_MEM))

void __iomem *pci_iomap(struct pci_dev *dev, int bar, unsigned long length);
void __iomem *pci_iomap_range(struct pci_dev *dev, int bar, unsigned long offset, unsigned long length);
void pci_iounmap(struct pci_dev *dev, void __iomem *addr);
void __iomem *pci_ioremap_bar(struct pci_dev *dev, int bar);
#define pci_iomap_wc pci_iomap
#define pci_ioremap_wc_bar pci_ioremap_bar

/* Managed: given back when the driver lets go of the device. */
int __must_check pcim_enable_device(struct pci_dev *dev);
void pcim_pin_device(struct pci_dev *dev);
void __iomem *pcim_iomap(struct pci_dev *dev, int bar, unsigned long length);
void pcim_iounmap(struct pci_dev *dev, void __iomem *addr);
void __iomem *const *pcim_iomap_table(struct pci_dev *dev);
int pcim_iomap_regions(struct pci_dev *dev, int mask, const char *name);
int pcim_iomap_regions_request_all(struct pci_dev *dev, int mask, const char *name);
void pcim_iounmap_regions(struct pci_dev *dev, int mask);
#if !API_BEFORE(6, 11)
void __iomem *pcim_iomap_region(struct pci_dev *dev, int bar, const char *name);
int pcim_request_region(struct pci_dev *dev, int bar, const char *name);
int pcim_request_all_regions(struct pci_dev *dev, const char *name);
void __iomem *pcim_iomap_range(struct pci_dev *dev, int bar, unsigned long offset, unsigned long length);
#define pcim_iounmap_region(dev, bar) pcim_iounmap_regions((dev), 1 << (bar))
#define pcim_release_region(dev, bar) pcim_iounmap_regions((dev), 1 << (bar))
#define pcim_request_region_exclusive pcim_request_region
int pcim_intx(struct pci_dev *dev, int enable);
#endif
#define pcim_set_mwi pci_set_mwi

int pci_read_config_byte(const struct pci_dev *dev, int where, u8 *value);
int pci_read_config_word(const struct pci_dev *dev, int where, u16 *value);
int pci_read_config_dword(const struct pci_dev *dev, int where, u32 *value);
int pci_write_config_byte(const struct pci_dev *dev, int where, u8 value);
int pci_write_config_word(const struct pci_dev *dev, int where, u16 value);
int pci_write_config_dword(const struct pci_dev *dev, int where, u32 value);
u8 pci_find_capability(struct pci_dev *dev, int id);
u8 pci_find_next_capability(struct pci_dev *dev, u8 at, int id);
u16 pci_find_ext_capability(struct pci_dev *dev, int id);
/* None of this machine's devices has an express capability: its registers read as zero. */
static inline int pcie_capability_read_dword(struct pci_dev *dev, int where, u32 *value)
{
	*value = 0;
	return 0;
}

static inline int pcie_capability_write_word(struct pci_dev *dev, int where, u16 value)
{
	return 0;
}

static inline int pcie_capability_clear_and_set_word(struct pci_dev *dev, int where, u16 clear, u16 set)
{
	return 0;
}

static inline int pcie_set_readrq(struct pci_dev *dev, int bytes)
{
	return 0;
}

/* Nor can any be more than one function. */
static inline int pci_enable_sriov(struct pci_dev *dev, int count)
{
	return -ENOSYS;
}

static inline void pci_disable_sriov(struct pci_dev *dev)
{
}

static inline int pci_num_vf(struct pci_dev *dev)
{
	return 0;
}

#define pci_vfs_assigned pci_num_vf
#define pci_sriov_get_totalvfs pci_num_vf
#define pci_sriov_configure_simple pci_enable_sriov

#define pcie_capability_set_word(dev, where, set) pcie_capability_clear_and_set_word((dev), (where), 0, (set))
#define pcie_capability_clear_word(dev, where, clear) pcie_capability_clear_and_set_word((dev), (where), (clear), 0)
#define pcie_get_readrq(dev) ((void)(dev), 128)
#define pcie_get_mps(dev) ((void)(dev), 128)
#define pci_pcie_type(dev) ((void)(dev), 0)
#define pci_bus_address(dev, bar) pci_resource_start((dev), (bar))
#define pci_map_rom(dev, size) ((void)(dev), *(size) = 0, (void __iomem *)NULL)
#define pci_unmap_rom(dev, rom) ((void)(dev), (void)(rom))
bool pci_device_is_present(struct pci_dev *dev);
/* No device has a reset of its own, and all are on the root bus, which cannot be reset. */
#define pci_reset_function(dev) ((void)(dev), -ENOTTY)
#define pci_reset_function_locked(dev) pci_reset_function(dev)
#define pci_try_reset_function(dev) pci_reset_function(dev)
#define pci_is_root_bus(bus) (!(bus)->parent)
static inline struct pci_dev *pci_upstream_bridge(struct pci_dev *dev)
{
	return pci_is_root_bus(dev->bus) ? NULL : dev->bus->self;
}
bool pci_intx_mask_supported(struct pci_dev *dev);
bool pci_check_and_mask_intx(struct pci_dev *dev);
bool pci_check_and_unmask_intx(struct pci_dev *dev);
int pcie_capability_read_word(struct pci_dev *dev, int where, u16 *value);
int pci_save_state(struct pci_dev *dev);
void pci_restore_state(struct pci_dev *dev);
int pci_set_power_state(struct pci_dev *dev, pci_power_t state);
pci_power_t pci_choose_state(struct pci_dev *dev, pm_message_t state);
int pci_enable_wake(struct pci_dev *dev, pci_power_t state, bool enable);
#define pci_wake_from_d3(dev, enable) pci_enable_wake((dev), PCI_D3hot, (enable))
#define pci_prepare_to_sleep(dev) ((void)(dev), 0)
#define pci_back_from_sleep(dev) ((void)(dev), 0)
#define pci_pme_capable(dev, state) ((void)(dev), (void)(state), false)
#define pci_pme_active(dev, enable) ((void)(dev), (void)(enable))
#define pci_d3cold_enable(dev) ((void)(dev))
#define pci_d3cold_disable(dev) ((void)(dev))
int pci_wait_for_pending_transaction(struct pci_dev *dev);

struct pci_dev *pci_get_device(unsigned int vendor, unsigned int device, struct pci_dev *from);
struct pci_dev *pci_get_subsys(unsigned int vendor, unsigned int device, unsigned int subvendor,
			       unsigned int subdevice, struct pci_dev *from);
struct pci_dev *pci_get_class(unsigned int class, struct pci_dev *from);
struct pci_dev *pci_get_domain_bus_and_slot(int domain, unsigned int bus, unsigned int devfn);
struct pci_dev *pci_dev_get(struct pci_dev *dev);
void pci_dev_put(struct pci_dev *dev);
int pci_dev_present(const struct pci_device_id *ids);
#define for_each_pci_dev(dev) while ((dev = pci_get_device(PCI_ANY_ID, PCI_ANY_ID, dev)) != NULL)

#define pci_resource_n(dev, bar) (&(dev)->resource[(bar)])
#define pci_resource_start(dev, bar) ((dev)->resource[(bar)].start)
#define pci_resource_end(dev, bar) ((dev)->resource[(bar)].end)
#define pci_resource_flags(dev, bar) ((dev)->resource[(bar)].flags)
#define pci_resource_len(dev, bar)							\
	(pci_resource_end((dev), (bar)) ? pci_resource_end((dev), (bar)) - pci_resource_start((dev), (bar)) + 1 : 0)

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

static inline int pci_domain_nr(struct pci_bus *bus)
{
	return 0;
}

static inline u16 pci_dev_id(struct pci_dev *dev)
{
	return PCI_DEVID(dev->bus->number, dev->devfn);
}

static inline int pci_is_enabled(struct pci_dev *dev)
{
	return dev->enabled > 0;
}

static inline bool pci_is_pcie(struct pci_dev *dev)
{
	return dev->pcie_cap;
}

static inline int pci_channel_offline(struct pci_dev *dev)
{
	return 0;
}

static inline bool dev_is_pci(const struct device *dev)
{
	return dev->bus == &pci_bus_type;
}

#define pci_printk(level, pdev, format, ...) dev_printk(level, &(pdev)->dev, format, ##__VA_ARGS__)
#define pci_err(pdev, format, ...) dev_err(&(pdev)->dev, format, ##__VA_ARGS__)
#define pci_warn(pdev, format, ...) dev_warn(&(pdev)->dev, format, ##__VA_ARGS__)
#define pci_notice(pdev, format, ...) dev_notice(&(pdev)->dev, format, ##__VA_ARGS__)
#define pci_info(pdev, format, ...) dev_info(&(pdev)->dev, format, ##__VA_ARGS__)
#define pci_dbg(pdev, format, ...) dev_dbg(&(pdev)->dev, format, ##__VA_ARGS__)

#if __has_include(<linux/pci_msi.h>)
#include <linux/pci_msi.h>
#endif
#include <linux/dma-mapping.h>
#include <linux/pci-dma-compat.h>

#include <kernel/everything.h>

#endif
