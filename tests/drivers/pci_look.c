// SPDX-License-Identifier: GPL-2.0-only
/* What can be asked of the bus and of a device's configuration space; with handlers for errors and for power. */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pm.h>
#include <linux/pm_runtime.h>

static pci_ers_result_t look_error_detected(struct pci_dev *pdev, pci_channel_state_t state)
{
	return state == pci_channel_io_perm_failure ? PCI_ERS_RESULT_DISCONNECT : PCI_ERS_RESULT_NEED_RESET;
}

static pci_ers_result_t look_slot_reset(struct pci_dev *pdev)
{
	return PCI_ERS_RESULT_RECOVERED;
}

static const struct pci_error_handlers look_errors = {
	.error_detected = look_error_detected,
	.slot_reset = look_slot_reset,
};

static int __maybe_unused look_suspend(struct device *dev)
{
	return pci_save_state(to_pci_dev(dev));
}

static int __maybe_unused look_resume(struct device *dev)
{
	pci_restore_state(to_pci_dev(dev));
	return 0;
}

static SIMPLE_DEV_PM_OPS(look_pm, look_suspend, look_resume);

static void look_at_bus(void)
{
	struct pci_dev *other = NULL;
	int count = 0;

	for_each_pci_dev(other)
		count++;
	pr_info("pci_look: %d devices\n", count);
	other = pci_get_device(0x1234, 0x11e8, NULL);
	if (other)
		pr_info("pci_look: edu is %s, bus %u, slot %u\n", pci_name(other), other->bus->number,
			PCI_SLOT(other->devfn));
	pci_dev_put(other);
}

static int look_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	u16 vendor, device, command;
	u8 revision, pin, line;
	u32 bar;

	pci_read_config_word(pdev, PCI_VENDOR_ID, &vendor);
	pci_read_config_word(pdev, PCI_DEVICE_ID, &device);
	pci_read_config_byte(pdev, PCI_REVISION_ID, &revision);
	pci_read_config_byte(pdev, PCI_INTERRUPT_PIN, &pin);
	pci_read_config_byte(pdev, PCI_INTERRUPT_LINE, &line);
	pci_read_config_dword(pdev, PCI_BASE_ADDRESS_0, &bar);
	if (vendor != pdev->vendor || device != pdev->device || line != pdev->irq ||
	    (bar & PCI_BASE_ADDRESS_MEM_MASK) != pci_resource_start(pdev, 0))
		return -EIO;
	dev_info(&pdev->dev, "[%04x:%04x] rev %02x pin %u, BARs %#x, data %lu\n", vendor, device, revision, pin,
		 pci_select_bars(pdev, IORESOURCE_MEM), id->driver_data);
	if (pci_find_capability(pdev, PCI_CAP_ID_PM))
		dev_warn(&pdev->dev, "power management\n");
	if (!(pci_resource_flags(pdev, 0) & IORESOURCE_MEM) || pci_resource_len(pdev, 0) != 1 << 20 ||
	    pci_resource_end(pdev, 0) - pci_resource_start(pdev, 0) != (1 << 20) - 1)
		return -ENXIO;
	if (!pci_device_is_present(pdev) || pci_upstream_bridge(pdev) || pci_reset_function(pdev) != -ENOTTY)
		return -EIO;
	pm_runtime_set_autosuspend_delay(&pdev->dev, 50);
	pm_runtime_use_autosuspend(&pdev->dev);
	pm_runtime_enable(&pdev->dev);
	if (pm_runtime_resume_and_get(&pdev->dev) || !pm_runtime_active(&pdev->dev))
		return -EIO;
	pm_runtime_mark_last_busy(&pdev->dev);
	pm_runtime_put_autosuspend(&pdev->dev);
	pm_runtime_disable(&pdev->dev);
	pci_wake_from_d3(pdev, device_may_wakeup(&pdev->dev));
	pci_set_master(pdev);
	pci_read_config_word(pdev, PCI_COMMAND, &command);
	if (!(command & PCI_COMMAND_MASTER))
		return -EIO;
	pci_clear_master(pdev);
	look_at_bus();
	return 0;
}

static void look_remove(struct pci_dev *pdev)
{
	dev_notice(&pdev->dev, "gone\n");
}

static void look_shutdown(struct pci_dev *pdev)
{
}

static const struct pci_device_id look_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e9) },
	{ PCI_DEVICE(0x1234, 0x11e8), .driver_data = 17 },
	{ 0 },
};
MODULE_DEVICE_TABLE(pci, look_ids);

static struct pci_driver look_driver = {
	.name = "pci_look",
	.id_table = look_ids,
	.probe = look_probe,
	.remove = look_remove,
	.shutdown = look_shutdown,
	.err_handler = &look_errors,
	.driver.pm = &look_pm,
};
module_pci_driver(look_driver);
MODULE_LICENSE("GPL");
MODULE_ALIAS("pci-look");
