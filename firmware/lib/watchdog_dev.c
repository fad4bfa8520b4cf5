// SPDX-License-Identifier: GPL-2.0-only
/* Watchdogs for user space: /dev/watchdog and /dev/watchdogN. drivers/watchdog/watchdog_dev.c, watchdog_core.c */
#include <kernel/track.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "watchdog_data.h"

#define MAX_DOGS 32

static LIST_HEAD(dogs);
static dev_t first_devt;
static struct class watchdog_class;
static struct watchdog_core_data *old_dog;	/* that of /dev/watchdog */

static unsigned int get_status(struct watchdog_core_data *wd)
{
	struct watchdog_device *wdd = wd->wdd;
	unsigned int causes = WDIOF_CARDRESET | WDIOF_OVERHEAT | WDIOF_FANFAULT | WDIOF_EXTERN1 | WDIOF_EXTERN2 |
			      WDIOF_POWERUNDER | WDIOF_POWEROVER;
	unsigned int status = wdd->ops->status ? wdd->ops->status(wdd) : wdd->bootstatus & causes;

	if (test_bit(MAY_STOP, &wd->flags))
		status |= WDIOF_MAGICCLOSE;
	if (test_and_clear_bit(WAS_PINGED, &wd->flags))
		status |= WDIOF_KEEPALIVEPING;
	return status;
}

static int set_timeout(struct watchdog_core_data *wd, unsigned int timeout)
{
	struct watchdog_device *wdd = wd->wdd;
	int error = 0;

	if (!(wdd->info->options & WDIOF_SETTIMEOUT))
		return -EOPNOTSUPP;
	if (watchdog_timeout_invalid(wdd, timeout))
		return -EINVAL;
	if (wdd->ops->set_timeout) {
		error = wdd->ops->set_timeout(wdd, timeout);
	} else {
		wdd->timeout = timeout;
		if (wdd->pretimeout >= timeout)
			wdd->pretimeout = 0;
	}
	__watchdog_update_worker(wd);
	return error ? error : __watchdog_ping(wd);
}

static int set_pretimeout(struct watchdog_device *wdd, unsigned int timeout)
{
	if (!(wdd->info->options & WDIOF_PRETIMEOUT))
		return -EOPNOTSUPP;
	if (watchdog_pretimeout_invalid(wdd, timeout))
		return -EINVAL;
	if (wdd->ops->set_pretimeout)
		return wdd->ops->set_pretimeout(wdd, timeout);
	wdd->pretimeout = timeout;
	return 0;
}

static int set_options(struct watchdog_core_data *wd, unsigned int options)
{
	int error = 0;

	if (options & WDIOS_DISABLECARD)
		error = __watchdog_stop(wd);
	if (!error && (options & WDIOS_ENABLECARD))
		error = __watchdog_start(wd);
	return error;
}

/* Commands that take a number; -ENOIOCTLCMD for others. */
static long set_by_ioctl(struct watchdog_core_data *wd, unsigned int command, unsigned int __user *argument)
{
	unsigned int value;
	long error;

	if (command != WDIOC_SETOPTIONS && command != WDIOC_SETTIMEOUT && command != WDIOC_SETPRETIMEOUT)
		return -ENOIOCTLCMD;
	if (get_user(value, argument))
		return -EFAULT;
	if (command == WDIOC_SETOPTIONS)
		return set_options(wd, value);
	if (command == WDIOC_SETPRETIMEOUT)
		return set_pretimeout(wd->wdd, value);
	error = set_timeout(wd, value);
	if (error)
		return error;
	return wd->wdd->timeout ? put_user(wd->wdd->timeout, argument) : -EOPNOTSUPP;
}

static long get_by_ioctl(struct watchdog_core_data *wd, unsigned int command, unsigned int __user *argument)
{
	struct watchdog_device *wdd = wd->wdd;

	switch (command) {
	case WDIOC_GETSUPPORT:
		return copy_to_user(argument, wdd->info, sizeof(*wdd->info)) ? -EFAULT : 0;
	case WDIOC_GETSTATUS:
		return put_user(get_status(wd), argument);
	case WDIOC_GETBOOTSTATUS:
		return put_user(wdd->bootstatus, argument);
	case WDIOC_GETTIMEOUT:
		return wdd->timeout ? put_user(wdd->timeout, argument) : -EOPNOTSUPP;
	case WDIOC_GETPRETIMEOUT:
		return put_user(wdd->pretimeout, argument);
	case WDIOC_GETTIMELEFT:
		return wdd->ops->get_timeleft ? put_user(wdd->ops->get_timeleft(wdd), argument) : -EOPNOTSUPP;
	case WDIOC_KEEPALIVE:
		return wdd->info->options & WDIOF_KEEPALIVEPING ? __watchdog_ping(wd) : -EOPNOTSUPP;
	default:
		return -ENOTTY;
	}
}

static long watchdog_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct watchdog_core_data *wd = file->private_data;
	long result = -ENOIOCTLCMD;

	mutex_lock(&wd->lock);
	if (!wd->wdd)
		result = -ENODEV;
	else if (wd->wdd->ops->ioctl)
		result = wd->wdd->ops->ioctl(wd->wdd, command, argument);
	if (result == -ENOIOCTLCMD)
		result = set_by_ioctl(wd, command, (unsigned int __user *)argument);
	if (result == -ENOIOCTLCMD)
		result = get_by_ioctl(wd, command, (unsigned int __user *)argument);
	mutex_unlock(&wd->lock);
	return result;
}

static ssize_t watchdog_write(struct file *file, const char __user *buf, size_t count, loff_t *at)
{
	struct watchdog_core_data *wd = file->private_data;
	int error = -ENODEV;
	char c;

	if (!count)
		return 0;
	clear_bit(MAY_STOP, &wd->flags);
	for (size_t i = 0; i < count; i++) {
		if (get_user(c, buf + i))
			return -EFAULT;
		if (c == 'V')
			set_bit(MAY_STOP, &wd->flags);
	}
	mutex_lock(&wd->lock);
	if (wd->wdd)
		error = __watchdog_ping(wd);
	mutex_unlock(&wd->lock);
	return error ? error : (ssize_t)count;
}

static int watchdog_open(struct inode *inode, struct file *file)
{
	struct watchdog_core_data *wd = old_dog;
	int error;

	if (imajor(inode) != MISC_MAJOR)
		wd = container_of(inode->i_cdev, struct watchdog_core_data, cdev);
	if (test_and_set_bit(IS_OPEN, &wd->flags))
		return -EBUSY;
	mutex_lock(&wd->lock);
	error = __watchdog_start(wd);
	mutex_unlock(&wd->lock);
	if (error) {
		clear_bit(IS_OPEN, &wd->flags);
		return error;
	}
	file->private_data = wd;
	return stream_open(inode, file);
}

static int watchdog_release(struct inode *inode, struct file *file)
{
	struct watchdog_core_data *wd = file->private_data;
	struct watchdog_device *wdd;
	int error = -EBUSY;

	mutex_lock(&wd->lock);
	wdd = wd->wdd;
	if (wdd) {
		if (!watchdog_active(wdd))
			error = 0;
		else if (test_and_clear_bit(MAY_STOP, &wd->flags) || !(wdd->info->options & WDIOF_MAGICCLOSE))
			error = __watchdog_stop(wd);
		if (error) {
			pr_crit("watchdog%d: watchdog did not stop!\n", wdd->id);
			__watchdog_ping(wd);
		}
		__watchdog_update_worker(wd);
	}
	clear_bit(IS_OPEN, &wd->flags);
	mutex_unlock(&wd->lock);
	return 0;
}

static const struct file_operations watchdog_fops = {
	.owner = THIS_MODULE, .open = watchdog_open, .release = watchdog_release, .write = watchdog_write,
	.unlocked_ioctl = watchdog_ioctl,
};

static struct miscdevice watchdog_miscdev = { .minor = WATCHDOG_MINOR, .name = "watchdog", .fops = &watchdog_fops };

#define SHOW(name, format, value)								\
static ssize_t name##_show(struct device *dev, struct device_attribute *attr, char *buf)	\
{												\
	struct watchdog_device *wdd = dev_get_drvdata(dev);					\
												\
	return sysfs_emit(buf, format "\n", value);						\
}												\
static DEVICE_ATTR_RO(name)

SHOW(identity, "%s", wdd->info->identity);
SHOW(state, "%s", watchdog_active(wdd) ? "active" : "inactive");
SHOW(timeout, "%u", wdd->timeout);
SHOW(nowayout, "%d", test_bit(WDOG_NO_WAY_OUT, &wdd->status));
SHOW(bootstatus, "%u", wdd->bootstatus);

static struct attribute *watchdog_attrs[] = {
	&dev_attr_identity.attr, &dev_attr_state.attr, &dev_attr_timeout.attr, &dev_attr_nowayout.attr,
	&dev_attr_bootstatus.attr, NULL,
};
ATTRIBUTE_GROUPS(watchdog);

/* Made with the first of them and gone with the last. */
static int first_comes(void)
{
	int error;

	if (!list_empty(&dogs))
		return 0;
	error = alloc_chrdev_region(&first_devt, 0, MAX_DOGS, "watchdog");
	if (error)
		return error;
	watchdog_class = (struct class) { .name = "watchdog", .dev_groups = watchdog_groups };
	error = class_register(&watchdog_class);
	if (error)
		unregister_chrdev_region(first_devt, MAX_DOGS);
	return error;
}

static void last_goes(void)
{
	if (!list_empty(&dogs))
		return;
	class_unregister(&watchdog_class);
	unregister_chrdev_region(first_devt, MAX_DOGS);
}

static int free_id(void)
{
	struct watchdog_core_data *at;
	int id = 0;

	list_for_each_entry(at, &dogs, list)
		if (at->wdd->id >= id)
			id = at->wdd->id + 1;
	return id;
}

static int make_nodes(struct watchdog_core_data *wd)
{
	struct watchdog_device *wdd = wd->wdd;
	int error;

	cdev_init(&wd->cdev, &watchdog_fops);
	wd->cdev.owner = wdd->ops->owner;
	error = cdev_add(&wd->cdev, first_devt + wdd->id, 1);
	if (error)
		return error;
	wd->dev = device_create_with_groups(&watchdog_class, wdd->parent, first_devt + wdd->id, wdd, wdd->groups,
					    "watchdog%d", wdd->id);
	error = PTR_ERR_OR_ZERO(wd->dev);
	if (!error && !wdd->id) {
		watchdog_miscdev.parent = wdd->parent;
		old_dog = wd;
		error = misc_register(&watchdog_miscdev);
		if (error)
			device_destroy(&watchdog_class, first_devt);
	}
	if (error)
		cdev_del(&wd->cdev);
	return error;
}

int watchdog_register_device(struct watchdog_device *wdd)
{
	struct watchdog_core_data *wd;
	int error;

	if (!wdd || !wdd->info || !wdd->ops || !wdd->ops->start || (!wdd->ops->stop && !wdd->max_hw_heartbeat_ms))
		return -EINVAL;
	error = first_comes();
	if (error)
		return error;
	wd = __kmalloc_track_caller(sizeof(*wd), GFP_KERNEL | __GFP_ZERO, module_caller());
	if (!wd) {
		last_goes();
		return -ENOMEM;
	}
	mutex_init(&wd->lock);
	INIT_DELAYED_WORK(&wd->work, __watchdog_keep_alive);
	wd->wdd = wdd;
	wd->last_hw_keepalive = jiffies - msecs_to_jiffies(wdd->min_hw_heartbeat_ms) - 1;
	wdd->id = free_id();
	error = make_nodes(wd);
	if (error) {
		kfree(wd);
		last_goes();
		return error;
	}
	wdd->wd_data = wd;
	list_add_tail(&wd->list, &dogs);
	track("watchdog", (unsigned long)wd, wdd->info->identity);
	__watchdog_update_worker(wd);
	return 0;
}

void watchdog_unregister_device(struct watchdog_device *wdd)
{
	struct watchdog_core_data *wd = wdd ? wdd->wd_data : NULL;

	if (!wd)
		return;
	mutex_lock(&wd->lock);
	if (watchdog_active(wdd) && test_bit(WDOG_STOP_ON_UNREGISTER, &wdd->status))
		__watchdog_stop(wd);
	wd->wdd = NULL;
	wdd->wd_data = NULL;
	mutex_unlock(&wd->lock);
	cancel_delayed_work_sync(&wd->work);
	untrack("watchdog", (unsigned long)wd);
	if (wd == old_dog) {
		misc_deregister(&watchdog_miscdev);
		old_dog = NULL;
	}
	device_destroy(&watchdog_class, first_devt + wdd->id);
	cdev_del(&wd->cdev);
	list_del(&wd->list);
	kfree(wd);
	last_goes();
}

static void unregister(void *wdd)
{
	watchdog_unregister_device(wdd);
}

int devm_watchdog_register_device(struct device *dev, struct watchdog_device *wdd)
{
	int error = watchdog_register_device(wdd);

	return error ? error : devm_add_action_or_reset(dev, unregister, wdd);
}

int watchdog_set_last_hw_keepalive(struct watchdog_device *wdd, unsigned int ms_ago)
{
	if (!wdd->wd_data)
		return -EINVAL;
	wdd->wd_data->last_hw_keepalive = jiffies - msecs_to_jiffies(ms_ago);
	return __watchdog_ping_hw(wdd->wd_data);
}
