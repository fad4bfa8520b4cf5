// SPDX-License-Identifier: GPL-2.0-only
/* A watchdog of software, whose part can wait for no more than 100 ms: the core has to feed it in between. */
#include <linux/hrtimer.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/watchdog.h>

#define HEARTBEAT_MS 100

static bool nowayout = WATCHDOG_NOWAYOUT;
module_param(nowayout, bool, 0);
static unsigned int margin;
module_param(margin, uint, 0444);

struct dog {
	struct watchdog_device wdd;
	struct hrtimer timer;
	int fed, barked;
};

static enum hrtimer_restart bark(struct hrtimer *timer)
{
	struct dog *dog = container_of(timer, struct dog, timer);

	if (!dog->barked++)
		pr_crit("soft_dog: barks\n");
	return HRTIMER_NORESTART;
}

static int dog_ping(struct watchdog_device *wdd)
{
	struct dog *dog = watchdog_get_drvdata(wdd);

	dog->fed++;
	hrtimer_start(&dog->timer, ms_to_ktime(HEARTBEAT_MS), HRTIMER_MODE_REL);
	return 0;
}

static int dog_stop(struct watchdog_device *wdd)
{
	struct dog *dog = watchdog_get_drvdata(wdd);

	hrtimer_cancel(&dog->timer);
	return 0;
}

static unsigned int dog_timeleft(struct watchdog_device *wdd)
{
	struct dog *dog = watchdog_get_drvdata(wdd);

	return ktime_to_ms(hrtimer_get_remaining(&dog->timer));
}

static const struct watchdog_info dog_info = {
	.identity = "Dog of software",
	.options = WDIOF_SETTIMEOUT | WDIOF_KEEPALIVEPING | WDIOF_MAGICCLOSE,
};

static const struct watchdog_ops dog_ops = {
	.owner = THIS_MODULE, .start = dog_ping, .stop = dog_stop, .get_timeleft = dog_timeleft,
};

static ssize_t fed_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct dog *dog = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%d %d\n", dog->fed, dog->barked);
}
static DEVICE_ATTR_RO(fed);

static struct attribute *dog_attrs[] = { &dev_attr_fed.attr, NULL };
ATTRIBUTE_GROUPS(dog);

static int dog_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct dog *dog = devm_kzalloc(dev, sizeof(*dog), GFP_KERNEL);

	if (!dog)
		return -ENOMEM;
	platform_set_drvdata(pdev, dog);
	hrtimer_init(&dog->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	dog->timer.function = bark;
	dog->wdd = (struct watchdog_device) {
		.info = &dog_info, .ops = &dog_ops, .parent = dev, .timeout = 60, .min_timeout = 1,
		.max_hw_heartbeat_ms = HEARTBEAT_MS,
	};
	watchdog_set_drvdata(&dog->wdd, dog);
	if (watchdog_init_timeout(&dog->wdd, margin, dev))
		dev_warn(dev, "%u s cannot be, %u s stay\n", margin, dog->wdd.timeout);
	watchdog_set_nowayout(&dog->wdd, nowayout);
	watchdog_stop_on_unregister(&dog->wdd);
	return devm_watchdog_register_device(dev, &dog->wdd);
}

static struct platform_driver dog_driver = {
	.probe = dog_probe,
	.driver = { .name = "soft_dog", .dev_groups = dog_groups },
};

static struct platform_device *dog_device;

static int __init dog_init(void)
{
	int error = platform_driver_register(&dog_driver);

	if (error)
		return error;
	dog_device = platform_device_register_simple("soft_dog", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(dog_device))
		platform_driver_unregister(&dog_driver);
	return PTR_ERR_OR_ZERO(dog_device);
}

static void __exit dog_exit(void)
{
	platform_device_unregister(dog_device);
	platform_driver_unregister(&dog_driver);
}

module_init(dog_init);
module_exit(dog_exit);
MODULE_LICENSE("GPL");
