// SPDX-License-Identifier: GPL-2.0-only
/* PCI resources that go with their driver. drivers/pci/pci.c, lib/devres.c */
#include <linux/pci.h>

struct pcim_state {
	bool pinned;
	bool enabled;
	unsigned int regions;		/* BARs that are given back */
	void __iomem *table[PCI_STD_NUM_BARS];
};

static void release_all(struct device *dev, void *res)
{
	struct pci_dev *pdev = to_pci_dev(dev);
	struct pcim_state *state = res;

	for (int bar = 0; bar < PCI_STD_NUM_BARS; bar++)
		if (state->table[bar])
			pci_iounmap(pdev, state->table[bar]);
	pci_release_selected_regions(pdev, state->regions);
#if __has_include(<linux/pci_msi.h>)
	if (state->enabled && (pdev->msi_enabled || pdev->msix_enabled))
		pci_free_irq_vectors(pdev);
#endif
	if (state->enabled && !state->pinned && pci_is_enabled(pdev))
		pci_disable_device(pdev);
	pdev->is_managed = 0;
}

static struct pcim_state *state_of(struct pci_dev *pdev)
{
	struct pcim_state *state = devres_find(&pdev->dev, release_all, NULL, NULL);

	if (state)
		return state;
	state = devres_alloc(release_all, sizeof(*state), GFP_KERNEL);
	if (state)
		devres_add(&pdev->dev, state);
	return state;
}

int pcim_enable_device(struct pci_dev *dev)
{
	struct pcim_state *state = state_of(dev);
	int error;

	if (!state)
		return -ENOMEM;
	if (state->enabled)
		return 0;
	error = pci_enable_device(dev);
	state->enabled = !error;
	dev->is_managed = !error;
	return error;
}

void pcim_pin_device(struct pci_dev *dev)
{
	struct pcim_state *state = state_of(dev);

	if (state)
		state->pinned = true;
}

void __iomem *const *pcim_iomap_table(struct pci_dev *dev)
{
	struct pcim_state *state = state_of(dev);

	return state ? state->table : NULL;
}

void __iomem *pcim_iomap(struct pci_dev *dev, int bar, unsigned long length)
{
	struct pcim_state *state = state_of(dev);

	if (!state || bar < 0 || bar >= PCI_STD_NUM_BARS || state->table[bar])
		return NULL;
	state->table[bar] = pci_iomap(dev, bar, length);
	return state->table[bar];
}

void pcim_iounmap(struct pci_dev *dev, void __iomem *addr)
{
	struct pcim_state *state = state_of(dev);

	for (int bar = 0; state && bar < PCI_STD_NUM_BARS; bar++) {
		if (state->table[bar] != addr)
			continue;
		state->table[bar] = NULL;
		pci_iounmap(dev, addr);
		return;
	}
	WARN_ON(1);
}

static int request(struct pci_dev *dev, int mask, const char *name)
{
	struct pcim_state *state = state_of(dev);
	int error = state ? pci_request_selected_regions(dev, mask, name) : -ENOMEM;

	if (!error)
		state->regions |= mask;
	return error;
}

int pcim_iomap_regions(struct pci_dev *dev, int mask, const char *name)
{
	int error = request(dev, mask, name);

	for (int bar = 0; !error && bar < PCI_STD_NUM_BARS; bar++) {
		if (!(mask & (1 << bar)))
			continue;
		error = !pci_resource_len(dev, bar) ? -EINVAL : pcim_iomap(dev, bar, 0) ? 0 : -ENOMEM;
	}
	if (error && error != -EBUSY)
		pcim_iounmap_regions(dev, mask);
	return error;
}

int pcim_iomap_regions_request_all(struct pci_dev *dev, int mask, const char *name)
{
	int others = ((1 << PCI_STD_NUM_BARS) - 1) & ~mask;
	int error = request(dev, others, name);

	return error ? error : pcim_iomap_regions(dev, mask, name);
}

void pcim_iounmap_regions(struct pci_dev *dev, int mask)
{
	struct pcim_state *state = state_of(dev);

	for (int bar = 0; state && bar < PCI_STD_NUM_BARS; bar++) {
		if (!(mask & (1 << bar)))
			continue;
		if (state->table[bar])
			pci_iounmap(dev, state->table[bar]);
		state->table[bar] = NULL;
		if (state->regions & (1 << bar))
			pci_release_region(dev, bar);
		state->regions &= ~(1 << bar);
	}
}

void __iomem *pcim_iomap_region(struct pci_dev *dev, int bar, const char *name);
void __iomem *pcim_iomap_region(struct pci_dev *dev, int bar, const char *name)
{
	int error = pcim_iomap_regions(dev, 1 << bar, name);

	return error ? ERR_PTR(error) : pcim_iomap_table(dev)[bar];
}

static void unmap_range(void *addr)
{
	pci_iounmap(NULL, (void __iomem *)addr);
}

void __iomem *pcim_iomap_range(struct pci_dev *dev, int bar, unsigned long offset, unsigned long length);
void __iomem *pcim_iomap_range(struct pci_dev *dev, int bar, unsigned long offset, unsigned long length)
{
	void __iomem *addr = pci_iomap_range(dev, bar, offset, length);
	int error = addr ? devm_add_action_or_reset(&dev->dev, unmap_range, (void *)addr) : -EINVAL;

	return error ? ERR_PTR(error) : addr;
}

static void restore_intx(void *dev)
{
	pci_intx(dev, 1);
}

int pcim_intx(struct pci_dev *dev, int enable);
int pcim_intx(struct pci_dev *dev, int enable)
{
	pci_intx(dev, enable);
	return enable ? 0 : devm_add_action_or_reset(&dev->dev, restore_intx, dev);
}

int pcim_request_region(struct pci_dev *dev, int bar, const char *name);
int pcim_request_region(struct pci_dev *dev, int bar, const char *name)
{
	return request(dev, 1 << bar, name);
}

int pcim_request_all_regions(struct pci_dev *dev, const char *name);
int pcim_request_all_regions(struct pci_dev *dev, const char *name)
{
	return request(dev, (1 << PCI_STD_NUM_BARS) - 1, name);
}
