// SPDX-License-Identifier: GPL-2.0-only
/* A platform device and its driver in one module: resources, data, an id table, a deferred probe, debugfs, its own bus. */
#include <linux/debugfs.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/seq_file.h>

#define NAME "counter"

struct counter_data {
	u32 first;
};

struct counter {
	struct device *dev;
	struct dentry *folder;
	void __iomem *regs;
	u32 value;
	u64 step;
};

static bool is_supplied;
static struct platform_device *device, *late;

static ssize_t value_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct counter *counter = dev_get_drvdata(dev);

	counter->value += counter->step;
	return sysfs_emit(buf, "%u\n", counter->value);
}
static DEVICE_ATTR_RO(value);

static struct attribute *counter_attrs[] = { &dev_attr_value.attr, NULL };
ATTRIBUTE_GROUPS(counter);

static int state_show(struct seq_file *m, void *v)
{
	struct counter *counter = m->private;

	seq_printf(m, "%s %u\n", dev_name(counter->dev), counter->value);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(state);

static int step_get(void *data, u64 *value)
{
	*value = ((struct counter *)data)->step;
	return 0;
}

static int step_set(void *data, u64 value)
{
	if (!value)
		return -EINVAL;
	((struct counter *)data)->step = value;
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(step_fops, step_get, step_set, "%llu\n");

static int counter_probe(struct platform_device *pdev)
{
	const struct counter_data *data = dev_get_platdata(&pdev->dev);
	struct counter *counter;
	struct resource *res;

	if (!is_supplied)
		return -EPROBE_DEFER;
	counter = devm_kzalloc(&pdev->dev, sizeof(*counter), GFP_KERNEL);
	if (!counter)
		return -ENOMEM;
	counter->dev = &pdev->dev;
	counter->step = platform_get_device_id(pdev)->driver_data;
	counter->value = data ? data->first : 0;
	counter->regs = devm_platform_get_and_ioremap_resource(pdev, 0, &res);
	if (IS_ERR(counter->regs))
		return PTR_ERR(counter->regs);
	counter->folder = debugfs_create_dir(dev_name(&pdev->dev), NULL);
	debugfs_create_file("state", 0444, counter->folder, counter, &state_fops);
	debugfs_create_file("step", 0644, counter->folder, counter, &step_fops);
	platform_set_drvdata(pdev, counter);
	dev_info(&pdev->dev, "registers %pR, irq %d\n", res, platform_get_irq_optional(pdev, 0));
	return 0;
}

static int counter_remove(struct platform_device *pdev)
{
	struct counter *counter = platform_get_drvdata(pdev);

	debugfs_remove_recursive(counter->folder);
	dev_info(&pdev->dev, "removed at %u\n", counter->value);
	return 0;
}

static const struct platform_device_id counter_ids[] = {
	{ NAME, 1 },
	{ NAME "-fast", 10 },
	{ }
};
MODULE_DEVICE_TABLE(platform, counter_ids);

static const struct of_device_id counter_of_ids[] = {
	{ .compatible = "lab,counter" },
	{ }
};

static struct platform_driver counter_driver = {
	.probe = counter_probe,
	.remove = counter_remove,
	.id_table = counter_ids,
	.driver = {
		.name = NAME,
		.of_match_table = of_match_ptr(counter_of_ids),
		.dev_groups = counter_groups,
	},
};

/* The supplier of what the others wait for. */
static int supply_probe(struct platform_device *pdev)
{
	is_supplied = true;
	return 0;
}

static struct platform_driver supply_driver = { .probe = supply_probe, .driver = { .name = "supply" } };

static struct platform_driver *const drivers[] = { &counter_driver, &supply_driver };

static int __init pair_init(void)
{
	static const struct resource resources[] = {
		{ .start = 0xe8000000, .end = 0xe8000fff, .flags = IORESOURCE_MEM },
		{ .start = 5, .end = 5, .flags = IORESOURCE_IRQ },
	};
	static const struct counter_data data = { .first = 100 };
	int error;

	error = platform_register_drivers(drivers, ARRAY_SIZE(drivers));
	if (error)
		return error;
	device = platform_device_register_resndata(NULL, NAME "-fast", PLATFORM_DEVID_NONE, resources,
						   ARRAY_SIZE(resources), &data, sizeof(data));
	if (IS_ERR(device)) {
		error = PTR_ERR(device);
		goto out;
	}
	late = platform_device_register_simple("supply", 3, NULL, 0);
	if (!IS_ERR(late))
		return 0;
	error = PTR_ERR(late);
	platform_device_unregister(device);
out:
	platform_unregister_drivers(drivers, ARRAY_SIZE(drivers));
	return error;
}

static void __exit pair_exit(void)
{
	platform_device_unregister(late);
	platform_device_unregister(device);
	platform_unregister_drivers(drivers, ARRAY_SIZE(drivers));
}

module_init(pair_init);
module_exit(pair_exit);
MODULE_LICENSE("GPL");
