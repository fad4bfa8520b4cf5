// SPDX-License-Identifier: GPL-2.0-only
/* Numbers of character devices, and who answers to them. fs/char_dev.c, drivers/char/misc.c */
#include <kernel/track.h>
#include <linux/cdev.h>
#include <linux/miscdevice.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "device_core.h"
#include "files.h"
#include "kernel.h"

#define FIRST_DYNAMIC_MAJOR 254
#define LAST_DYNAMIC_MAJOR 234
#define MAJORS 512
#define DYNAMIC_MINORS 128

struct chrdev_region {
	struct list_head list;
	dev_t first;
	unsigned int count;
	const char *name;
	struct cdev *cdev;		/* of register_chrdev() */
};

static LIST_HEAD(regions);
LIST_HEAD(cdevs);
static LIST_HEAD(misc_list);
static struct class *misc_class;

static struct chrdev_region *find_region(dev_t first, unsigned int count)
{
	struct chrdev_region *region;

	list_for_each_entry(region, &regions, list)
		if (first < region->first + region->count && region->first < first + count)
			return region;
	return NULL;
}

static struct chrdev_region *add_region(dev_t first, unsigned int count, const char *name)
{
	struct chrdev_region *region;

	if (!count || MAJOR(first) >= MAJORS || MINOR(first) + count > MINORMASK + 1)
		return ERR_PTR(-EINVAL);
	if (find_region(first, count))
		return ERR_PTR(-EBUSY);
	region = kzalloc(sizeof(*region), GFP_KERNEL);
	if (!region)
		return ERR_PTR(-ENOMEM);
	region->first = first;
	region->count = count;
	region->name = name;
	list_add_tail(&region->list, &regions);
	track("chrdev region", (unsigned long)region, name);
	return region;
}

static void drop_region(struct chrdev_region *region)
{
	untrack("chrdev region", (unsigned long)region);
	list_del(&region->list);
	kfree(region);
}

static unsigned int free_major(void)
{
	for (unsigned int major = FIRST_DYNAMIC_MAJOR; major >= LAST_DYNAMIC_MAJOR; major--)
		if (!find_region(MKDEV(major, 0), MINORMASK + 1))
			return major;
	return 0;
}

int alloc_chrdev_region(dev_t *first, unsigned int base, unsigned int count, const char *name)
{
	unsigned int major = free_major();
	struct chrdev_region *region = major ? add_region(MKDEV(major, base), count, name) : ERR_PTR(-EBUSY);

	if (IS_ERR(region))
		return PTR_ERR(region);
	*first = region->first;
	return 0;
}

int register_chrdev_region(dev_t first, unsigned int count, const char *name)
{
	return PTR_ERR_OR_ZERO(add_region(first, count, name));
}

void unregister_chrdev_region(dev_t first, unsigned int count)
{
	struct chrdev_region *region = find_region(first, count);

	if (region && region->first == first && region->count == count)
		drop_region(region);
}

static void release_static(struct kobject *kobj)
{
}

static void release_allocated(struct kobject *kobj)
{
	kfree(container_of(kobj, struct cdev, kobj));
}

static const struct kobj_type static_cdev = { .release = release_static };
static const struct kobj_type allocated_cdev = { .release = release_allocated };

void cdev_init(struct cdev *cdev, const struct file_operations *fops)
{
	memset(cdev, 0, sizeof(*cdev));
	INIT_LIST_HEAD(&cdev->list);
	kobject_init(&cdev->kobj, &static_cdev);
	cdev->ops = fops;
}

struct cdev *cdev_alloc(void)
{
	struct cdev *cdev = kzalloc(sizeof(*cdev), GFP_KERNEL);

	if (!cdev)
		return NULL;
	INIT_LIST_HEAD(&cdev->list);
	kobject_init(&cdev->kobj, &allocated_cdev);
	return cdev;
}

int cdev_add(struct cdev *cdev, dev_t first, unsigned int count)
{
	if (WARN_ON(first == 0 && count == 0) || !count)
		return -EINVAL;
	cdev->dev = first;
	cdev->count = count;
	list_add_tail(&cdev->list, &cdevs);
	track("cdev", (unsigned long)cdev, "");
	return 0;
}

void cdev_del(struct cdev *cdev)
{
	if (!list_empty(&cdev->list)) {
		untrack("cdev", (unsigned long)cdev);
		list_del_init(&cdev->list);
	}
	kobject_put(&cdev->kobj);
}

void cdev_put(struct cdev *cdev)
{
	if (cdev) {
		module_put(cdev->owner);
		kobject_put(&cdev->kobj);
	}
}

void cdev_set_parent(struct cdev *cdev, struct kobject *kobj)
{
	cdev->kobj.parent = kobj;
}

int cdev_device_add(struct cdev *cdev, struct device *dev)
{
	int error = 0;

	if (dev->devt) {
		error = cdev_add(cdev, dev->devt, 1);
		if (error)
			return error;
	}
	error = device_add(dev);
	if (error && dev->devt)
		cdev_del(cdev);
	return error;
}

void cdev_device_del(struct cdev *cdev, struct device *dev)
{
	device_del(dev);
	if (dev->devt)
		cdev_del(cdev);
}

struct cdev *cdev_find(dev_t devt)
{
	struct cdev *cdev;

	list_for_each_entry(cdev, &cdevs, list)
		if (devt - cdev->dev < cdev->count)
			return cdev;
	return NULL;
}

int __register_chrdev(unsigned int major, unsigned int base, unsigned int count, const char *name,
		      const struct file_operations *fops)
{
	unsigned int chosen = major ? major : free_major();
	struct chrdev_region *region = chosen ? add_region(MKDEV(chosen, base), count, name) : ERR_PTR(-EBUSY);

	if (IS_ERR(region))
		return PTR_ERR(region);
	region->cdev = cdev_alloc();
	if (!region->cdev) {
		drop_region(region);
		return -ENOMEM;
	}
	region->cdev->owner = fops->owner;
	region->cdev->ops = fops;
	WARN_ON(cdev_add(region->cdev, region->first, count));
	return major ? 0 : chosen;
}

void __unregister_chrdev(unsigned int major, unsigned int base, unsigned int count, const char *name)
{
	struct chrdev_region *region = find_region(MKDEV(major, base), count);

	if (!region)
		return;
	if (region->cdev)
		cdev_del(region->cdev);
	drop_region(region);
}

static int misc_open(struct inode *inode, struct file *file)
{
	struct miscdevice *misc;

	list_for_each_entry(misc, &misc_list, list) {
		if (misc->minor != (int)iminor(inode))
			continue;
		file->f_op = misc->fops;
		file->private_data = misc;
		return misc->fops->open ? misc->fops->open(inode, file) : 0;
	}
	return -ENODEV;
}

static const struct file_operations misc_fops = { .open = misc_open, .llseek = noop_llseek };

static char *misc_devnode(struct device *dev, umode_t *mode)
{
	const struct miscdevice *misc = dev_get_drvdata(dev);

	return misc->nodename ? kstrdup(misc->nodename, GFP_KERNEL) : NULL;
}

/* Made with the first of them, so that a boot without any allocates nothing. */
static int misc_init(void)
{
	static struct class misc = { .name = "misc", .devnode = misc_devnode };
	static struct cdev cdev;
	int error = class_register(&misc);

	if (error)
		return error;
	misc_class = &misc;
	cdev_init(&cdev, &misc_fops);
	error = cdev_add(&cdev, MKDEV(MISC_MAJOR, 0), MINORMASK + 1);
	untrack("kobject", (unsigned long)&misc.kobj);
	untrack("cdev", (unsigned long)&cdev);
	return error;
}

static bool is_minor_taken(int minor)
{
	struct miscdevice *other;

	list_for_each_entry(other, &misc_list, list)
		if (other->minor == minor)
			return true;
	return false;
}

static int choose_minor(struct miscdevice *misc)
{
	int minor = DYNAMIC_MINORS - 1;

	if (misc->minor != MISC_DYNAMIC_MINOR)
		return is_minor_taken(misc->minor) ? -EBUSY : 0;
	while (minor >= 0 && is_minor_taken(minor))
		minor--;
	if (minor < 0)
		return -EBUSY;
	misc->minor = minor;
	return 0;
}

int misc_register(struct miscdevice *misc)
{
	bool is_dynamic = misc->minor == MISC_DYNAMIC_MINOR;
	int error = misc_class ? 0 : misc_init();

	INIT_LIST_HEAD(&misc->list);
	if (!error)
		error = choose_minor(misc);
	if (error)
		return error;
	misc->this_device = device_create_with_groups(misc_class, misc->parent, MKDEV(MISC_MAJOR, misc->minor), misc,
						      misc->groups, "%s", misc->name);
	if (IS_ERR(misc->this_device)) {
		if (is_dynamic)
			misc->minor = MISC_DYNAMIC_MINOR;
		return PTR_ERR(misc->this_device);
	}
	list_add(&misc->list, &misc_list);
	track("misc device", (unsigned long)misc, misc->name);
	untrack("kobject", (unsigned long)&misc->this_device->kobj);	/* goes with the misc device */
	return 0;
}

void __misc_deregister(struct miscdevice *misc)
{
	if (WARN_ON(!misc->list.next || list_empty(&misc->list)))
		return;
	untrack("misc device", (unsigned long)misc);
	list_del_init(&misc->list);
	device_destroy(misc_class, MKDEV(MISC_MAJOR, misc->minor));
}

/* The name of the device node of a device: its own, or what its class says. */
int device_node_name(struct device *dev, char *name, size_t size)
{
	char *given = NULL;
	umode_t mode = 0;

	if (!dev->devt)
		return -ENOENT;
	if (dev->class && dev->class->devnode)
		given = dev->class->devnode(dev, &mode);
	snprintf(name, size, "/dev/%s", given ? given : dev_name(dev));
	kfree(given);
	return 0;
}

/* Find the number behind a path: /dev/<name>, or /dev/char/<major>:<minor>, which every device has. */
int find_node(const char *path, dev_t *devt)
{
	struct device *dev;
	char name[96];
	unsigned int major, minor;

	if (sscanf(path, "/dev/char/%u:%u", &major, &minor) == 2) {
		*devt = MKDEV(major, minor);
		return 0;
	}
	list_for_each_entry(dev, &class_devices, class_node) {
		if (device_node_name(dev, name, sizeof(name)) || strcmp(name, path))
			continue;
		*devt = dev->devt;
		return 0;
	}
	return -ENOENT;
}
