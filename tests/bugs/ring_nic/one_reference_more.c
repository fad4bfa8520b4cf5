// SPDX-License-Identifier: GPL-2.0-only
/*
 * A search function takes a reference to the queue's kobject that it finds, and its caller does not give it back.
 */
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/string.h>

static struct kobject *queues[2];

/* Give a queue with a reference to it; the caller puts that. */
static struct kobject *queue_find(const char *name)
{
	for (int i = 0; i < ARRAY_SIZE(queues); i++)
		if (queues[i] && !strcmp(kobject_name(queues[i]), name))
			return kobject_get(queues[i]);
	return NULL;
}

static void queues_remove(void)
{
	for (int i = 0; i < ARRAY_SIZE(queues); i++)
		kobject_put(queues[i]);
}

static int queues_create(struct kobject *parent)
{
	static const char *const names[] = { "tx", "rx" };

	for (int i = 0; i < ARRAY_SIZE(queues); i++) {
		queues[i] = kobject_create_and_add(names[i], parent); /* BUG: leftover-kobject */
		if (!queues[i])
			return -ENOMEM;
	}
	return 0;
}

static int reference_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct kobject *rx;
	int err = pcim_enable_device(pdev);

	if (!err)
		err = queues_create(&pdev->dev.kobj);
	if (err)
		return err;
	rx = queue_find("rx");
	dev_info(&pdev->dev, "receives through %s\n", rx ? kobject_name(rx) : "nothing");
#ifdef FIXED
	kobject_put(rx);
#endif
	return 0;
}

static void reference_remove(struct pci_dev *pdev)
{
	queues_remove();
}

static const struct pci_device_id reference_ids[] = { { PCI_DEVICE(0x1234, 0xda7a) }, {} };
static struct pci_driver reference_driver = {
	.name = "one_reference_more",
	.id_table = reference_ids,
	.probe = reference_probe,
	.remove = reference_remove,
};
module_pci_driver(reference_driver);
MODULE_LICENSE("GPL");
