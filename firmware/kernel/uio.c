// SPDX-License-Identifier: GPL-2.0-only
/* /dev/uioN: interrupts are counted for whoever reads, memory is mapped for whoever asks. drivers/uio/uio.c */
#include <kernel/track.h>
#include <linux/cdev.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio_driver.h>
#include <linux/wait.h>

#include "kernel.h"

struct uio_device {
	struct list_head list;
	struct device *dev;
	struct cdev cdev;
	struct uio_info *info;
	atomic_t event;
	wait_queue_head_t wait;
	int minor;
};

struct uio_listener {
	struct uio_device *uio;
	s32 event_count;
};

static LIST_HEAD(devices);
static dev_t first_devt;
static struct class uio_class;

static int uio_open(struct inode *inode, struct file *file)
{
	struct uio_device *uio = container_of(inode->i_cdev, struct uio_device, cdev);
	struct uio_listener *listener = kmalloc(sizeof(*listener), GFP_KERNEL);
	int error = 0;

	if (!listener)
		return -ENOMEM;
	*listener = (struct uio_listener) { uio, atomic_read(&uio->event) };
	file->private_data = listener;
	if (uio->info->open)
		error = uio->info->open(uio->info, inode);
	if (error)
		kfree(listener);
	return error;
}

static int uio_release(struct inode *inode, struct file *file)
{
	struct uio_listener *listener = file->private_data;
	struct uio_info *info = listener->uio->info;
	int error = info && info->release ? info->release(info, inode) : 0;

	kfree(listener);
	return error;
}

/* Four bytes: how many events there have been, as soon as that differs from what was last read. */
static ssize_t uio_read(struct file *file, char __user *buf, size_t count, loff_t *at)
{
	struct uio_listener *listener = file->private_data;
	struct uio_device *uio = listener->uio;
	s32 event;
	int error;

	if (count != sizeof(event))
		return -EINVAL;
	if (!uio->info || !uio->info->irq)
		return -EIO;
	if (atomic_read(&uio->event) == listener->event_count && (file->f_flags & O_NONBLOCK))
		return -EAGAIN;
	error = wait_event_interruptible(uio->wait, !uio->info || atomic_read(&uio->event) != listener->event_count);
	if (error)
		return error;
	event = atomic_read(&uio->event);
	if (copy_to_user(buf, &event, count))
		return -EFAULT;
	listener->event_count = event;
	return count;
}

static ssize_t uio_write(struct file *file, const char __user *buf, size_t count, loff_t *at)
{
	struct uio_listener *listener = file->private_data;
	struct uio_info *info = listener->uio->info;
	s32 irq_on;
	int error;

	if (count != sizeof(irq_on))
		return -EINVAL;
	if (copy_from_user(&irq_on, buf, count))
		return -EFAULT;
	if (!info || !info->irq)
		return -EIO;
	if (!info->irqcontrol)
		return -ENOSYS;
	error = info->irqcontrol(info, irq_on);
	return error ? error : (ssize_t)count;
}

static __poll_t uio_poll(struct file *file, struct poll_table_struct *wait)
{
	struct uio_listener *listener = file->private_data;
	struct uio_device *uio = listener->uio;

	if (!uio->info || !uio->info->irq)
		return POLLERR;
	poll_wait(file, &uio->wait, wait);
	return atomic_read(&uio->event) != listener->event_count ? POLLIN | POLLRDNORM : 0;
}

/* The offset, in pages, is the number of the memory. */
static int uio_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct uio_listener *listener = file->private_data;
	struct uio_info *info = listener->uio->info;
	struct uio_mem *mem;

	if (vma->vm_pgoff >= MAX_UIO_MAPS || !info->mem[vma->vm_pgoff].size)
		return -EINVAL;
	mem = &info->mem[vma->vm_pgoff];
	if (vma_pages(vma) > (mem->size + (mem->addr & ~PAGE_MASK) + PAGE_SIZE - 1) >> PAGE_SHIFT)
		return -EINVAL;
	if (info->mmap)
		return info->mmap(info, vma);
	vma->vm_pgoff = 0;
	if (mem->memtype == UIO_MEM_PHYS || mem->memtype == UIO_MEM_IOVA)
		vma->vm_page_prot = pgprot_noncached(vma->vm_page_prot);
	return remap_pfn_range(vma, vma->vm_start,
			       (mem->memtype == UIO_MEM_LOGICAL ? __pa(mem->addr) : mem->addr) >> PAGE_SHIFT,
			       vma->vm_end - vma->vm_start, vma->vm_page_prot);
}

static const struct file_operations uio_fops = {
	.open = uio_open, .release = uio_release, .read = uio_read, .write = uio_write, .poll = uio_poll,
	.mmap = uio_mmap, .llseek = noop_llseek,
};

static ssize_t name_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", ((struct uio_device *)dev_get_drvdata(dev))->info->name);
}
static DEVICE_ATTR_RO(name);

static ssize_t version_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", ((struct uio_device *)dev_get_drvdata(dev))->info->version);
}
static DEVICE_ATTR_RO(version);

static ssize_t event_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", atomic_read(&((struct uio_device *)dev_get_drvdata(dev))->event));
}
static DEVICE_ATTR_RO(event);

static struct attribute *uio_attrs[] = { &dev_attr_name.attr, &dev_attr_version.attr, &dev_attr_event.attr, NULL };
static const struct attribute_group uio_group = { .attrs = uio_attrs };
static const struct attribute_group *uio_groups[] = { &uio_group, NULL };

/* Made with the first of them and gone with the last, so that a boot without any allocates nothing. */
static int uio_init(void)
{
	int error;

	if (!list_empty(&devices))
		return 0;
	error = alloc_chrdev_region(&first_devt, 0, MINORMASK + 1, "uio");
	if (error)
		return error;
	uio_class = (struct class) { .name = "uio", .dev_groups = uio_groups };
	error = class_register(&uio_class);
	if (error)
		unregister_chrdev_region(first_devt, MINORMASK + 1);
	return error;
}

static void uio_exit(void)
{
	if (!list_empty(&devices))
		return;
	class_unregister(&uio_class);
	unregister_chrdev_region(first_devt, MINORMASK + 1);
}

void uio_event_notify(struct uio_info *info)
{
	atomic_inc(&info->uio_dev->event);
	wake_up_interruptible(&info->uio_dev->wait);
}

static irqreturn_t uio_interrupt(int irq, void *dev_id)
{
	struct uio_device *uio = dev_id;
	irqreturn_t handled = uio->info->handler(irq, uio->info);

	if (handled == IRQ_HANDLED)
		uio_event_notify(uio->info);
	return handled;
}

static int free_minor(void)
{
	struct uio_device *at;
	int minor = 0;

	list_for_each_entry(at, &devices, list)
		if (at->minor >= minor)
			minor = at->minor + 1;
	return minor;
}

static int make_node(struct uio_device *uio, struct device *parent)
{
	int error;

	uio->minor = free_minor();
	cdev_init(&uio->cdev, &uio_fops);
	error = cdev_add(&uio->cdev, first_devt + uio->minor, 1);
	if (error)
		return error;
	uio->dev = device_create(&uio_class, parent, first_devt + uio->minor, uio, "uio%d", uio->minor);
	if (IS_ERR(uio->dev))
		cdev_del(&uio->cdev);
	return PTR_ERR_OR_ZERO(uio->dev);
}

int __uio_register_device(struct module *owner, struct device *parent, struct uio_info *info)
{
	struct uio_device *uio;
	int error;

	if (!parent || !info || !info->name || !info->version)
		return -EINVAL;
	info->uio_dev = NULL;
	error = uio_init();
	if (error)
		return error;
	uio = kzalloc(sizeof(*uio), GFP_KERNEL);
	if (!uio) {
		uio_exit();
		return -ENOMEM;
	}
	uio->info = info;
	init_waitqueue_head(&uio->wait);
	error = make_node(uio, parent);
	uio->cdev.owner = owner;
	if (!error && info->irq && info->irq != UIO_IRQ_CUSTOM) {
		error = request_irq(info->irq, uio_interrupt, info->irq_flags, info->name, uio);
		if (error) {
			device_destroy(&uio_class, first_devt + uio->minor);
			cdev_del(&uio->cdev);
		}
	}
	if (error) {
		kfree(uio);
		uio_exit();
		return error;
	}
	info->uio_dev = uio;
	list_add_tail(&uio->list, &devices);
	track("uio device", (unsigned long)uio, info->name);
	return 0;
}

void uio_unregister_device(struct uio_info *info)
{
	struct uio_device *uio = info ? info->uio_dev : NULL;

	if (!uio)
		return;
	untrack("uio device", (unsigned long)uio);
	list_del(&uio->list);
	if (info->irq && info->irq != UIO_IRQ_CUSTOM)
		free_irq(info->irq, uio);
	device_destroy(&uio_class, first_devt + uio->minor);
	cdev_del(&uio->cdev);
	kfree(uio);
	uio_exit();
}

static void unregister(void *info)
{
	uio_unregister_device(info);
}

int __devm_uio_register_device(struct module *owner, struct device *parent, struct uio_info *info)
{
	int error = __uio_register_device(owner, parent, info);

	return error ? error : devm_add_action_or_reset(parent, unregister, info);
}
