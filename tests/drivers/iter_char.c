// SPDX-License-Identifier: GPL-2.0-only
/* A device whose reads and writes take iterators, its node made by cdev_device_add() for a device of its own. */
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uio.h>

struct store {
	struct device dev;
	struct cdev cdev;
	size_t length;
	char data[64];
};

static struct class *store_class;
static struct store *store;
static dev_t number;

static ssize_t store_read(struct kiocb *iocb, struct iov_iter *to)
{
	size_t count;

	if (iocb->ki_pos >= store->length)
		return 0;
	count = min(iov_iter_count(to), store->length - (size_t)iocb->ki_pos);
	count = copy_to_iter(store->data + iocb->ki_pos, count, to);
	iocb->ki_pos += count;
	return count ? count : -EFAULT;
}

static ssize_t store_write(struct kiocb *iocb, struct iov_iter *from)
{
	size_t count = min(iov_iter_count(from), sizeof(store->data));

	store->length = copy_from_iter(store->data, count, from);
	return store->length;
}

static loff_t store_llseek(struct file *file, loff_t offset, int whence)
{
	return fixed_size_llseek(file, offset, whence, store->length);
}

static const struct file_operations store_fops = {
	.owner = THIS_MODULE, .read_iter = store_read, .write_iter = store_write, .llseek = store_llseek,
};

static void store_release(struct device *dev)
{
	kfree(container_of(dev, struct store, dev));
}

static int __init store_init(void)
{
	int err = alloc_chrdev_region(&number, 0, 1, "store");

	if (err)
		return err;
	store_class = class_create(THIS_MODULE, "store");
	err = PTR_ERR_OR_ZERO(store_class);
	if (err)
		goto drop_number;
	store = kzalloc(sizeof(*store), GFP_KERNEL);
	err = -ENOMEM;
	if (!store)
		goto drop_class;
	device_initialize(&store->dev);
	store->dev.class = store_class;
	store->dev.devt = number;
	store->dev.release = store_release;
	dev_set_name(&store->dev, "store%d", 0);
	cdev_init(&store->cdev, &store_fops);
	err = cdev_device_add(&store->cdev, &store->dev);
	if (!err)
		return 0;
	put_device(&store->dev);
drop_class:
	class_destroy(store_class);
drop_number:
	unregister_chrdev_region(number, 1);
	return err;
}

static void __exit store_exit(void)
{
	cdev_device_del(&store->cdev, &store->dev);
	put_device(&store->dev);
	class_destroy(store_class);
	unregister_chrdev_region(number, 1);
}

module_init(store_init);
module_exit(store_exit);
MODULE_LICENSE("GPL");
